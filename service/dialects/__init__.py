"""The dialects room: diagrams that other tools have made are recognised, translated into ours, and mended."""
