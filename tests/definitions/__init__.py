"""Tests of reading definitions and settings."""
