"""Tests of the questions, each on its thresholds."""
