"""Tests of the values everything speaks in."""
