"""Tests of gwdiag; each folder and file mirrors one of the package."""
