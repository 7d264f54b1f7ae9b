"""smtp-tui: a keyboard-driven terminal UI for the SMTP connections of IBM Cloud Automation Manager."""

__version__ = "0.1.0"
