"""smtp-tui: the SMTP connections of IBM Cloud Automation Manager, from the keyboard."""

__version__ = "0.1.0"
