"""The parts of the automatic layout: from a plan of nodes and flows to the places of shapes, lines and words."""
