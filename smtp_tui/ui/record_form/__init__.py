"""Editing a record: the form, its fields, the live patch, drafts and presets."""
