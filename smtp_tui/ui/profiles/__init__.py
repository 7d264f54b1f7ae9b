"""Choosing, editing, checking and finding profiles."""
