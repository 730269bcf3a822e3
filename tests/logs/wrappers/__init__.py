"""Tests of what collectors put around lines."""
