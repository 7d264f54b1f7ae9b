"""The terminal: what is sent to it, what comes from it, and how the program ends with it."""
