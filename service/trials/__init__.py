"""Trials: versions that run side by side, and which of them serves people better."""
