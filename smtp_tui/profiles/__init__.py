"""Hosts and tenants to administer: what a profile is, its file, and where tokens come from."""
