"""The probe: what a relay says to this machine, up to the recipient and never a mail."""
