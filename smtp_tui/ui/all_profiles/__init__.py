"""The records of all profiles in one table, and how each profile stands."""
