"""What happened: requests, writes, and the mails of the demo."""
