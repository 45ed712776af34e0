"""Diagrams: procedures and their versions, the check before publishing, and which version a new instance takes."""
