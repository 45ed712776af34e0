"""Complaints: what complainants hand in without an account and follow with number and PIN, and who they are."""
