"""What is known about SMTP: parameters, checks, replies, providers. Pure: no I/O, no other room."""
