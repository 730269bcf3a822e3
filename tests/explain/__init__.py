"""Tests of what one line means."""
