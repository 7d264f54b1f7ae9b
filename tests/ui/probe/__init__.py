"""Tests of the probe on the screen."""
