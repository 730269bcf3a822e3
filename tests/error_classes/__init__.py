"""Tests of the vocabulary of failures."""
