"""The probe: a mail server looked at from this machine, step by step, and both views of it."""
