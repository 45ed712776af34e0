"""What goes out of the house as a file: the SOP document of a version, and instances in the forms others can read."""
