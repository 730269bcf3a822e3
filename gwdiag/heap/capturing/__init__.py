"""Snapshots of a live process: fetched from Go's profiler, or recorded by memray in a Python process."""
