"""Tests of reading logs and concluding from them."""
