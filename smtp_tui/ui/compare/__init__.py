"""Two profiles, or a profile and a file, side by side."""
