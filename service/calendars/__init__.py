"""When an office works: hours, holidays, and what falls due when."""
