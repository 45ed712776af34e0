"""Instances: runs of a version, and the one way in which they move."""
