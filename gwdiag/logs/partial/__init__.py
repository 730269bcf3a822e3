"""Sums that travel: what was read in one place, as a small file, and put together with that of other places."""
