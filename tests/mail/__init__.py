"""Tests of the knowledge about SMTP."""
