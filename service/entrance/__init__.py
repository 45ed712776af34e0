"""The entrance: how a call over HTTP becomes a command with who, what and when, and how an answer goes out."""
