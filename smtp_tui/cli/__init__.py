"""The command line: the one place that wires profile, client and app together."""
