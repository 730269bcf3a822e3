"""Tests of ways of writing a report."""
