"""Tests of finding runbooks."""
