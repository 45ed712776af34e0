"""Timers: steps that wait for time, and what fires them."""
