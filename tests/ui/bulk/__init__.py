"""Tests of the work on many records."""
