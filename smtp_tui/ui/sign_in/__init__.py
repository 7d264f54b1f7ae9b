"""Tokens, passwords and certificates."""
