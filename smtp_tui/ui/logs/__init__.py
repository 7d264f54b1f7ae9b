"""What was asked, what was written, and what arrived in the mailbox of the demo."""
