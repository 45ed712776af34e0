"""What people do to an instance beside its diagram: over to another version, to another step, one step back."""
