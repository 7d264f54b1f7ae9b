"""Measures the installed program against a bare Textual app, side by side in a pseudo-terminal."""
