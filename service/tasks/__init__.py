"""Tasks: steps that wait for a person, from their opening to their completion."""
