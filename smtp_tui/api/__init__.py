"""The only room that speaks HTTP: the vendor's calls, their values and their errors."""
