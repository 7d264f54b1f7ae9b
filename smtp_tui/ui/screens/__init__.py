"""One file per screen or dialog, its CSS inside it."""
