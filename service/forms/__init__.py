"""Forms: JSON Schema task forms, their profile, and whether answers fit them.

The floor below knows nothing of diagrams or people: schemas and answers come in as plain data.
"""
