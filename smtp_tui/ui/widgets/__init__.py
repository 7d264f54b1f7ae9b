"""Widgets of our own, each handed what it shows through its constructor."""
