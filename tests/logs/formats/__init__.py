"""Tests of the grammars that gateways log in."""
