"""The version, for the package and for reports."""

__version__ = "0.1.0"
