"""Rehearsals: a version tried out before it goes live, on what is recorded (replay) or on made-up cases (what if)."""
