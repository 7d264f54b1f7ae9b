"""The test email: recipient, verdict, and a mail that is on its way."""
