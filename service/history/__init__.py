"""History: one append-only row per move, each with the hash of the one before."""
