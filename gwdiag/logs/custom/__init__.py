"""Formats that a user gives: the strings by which servers are told how to write their access logs."""
