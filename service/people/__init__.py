"""People: agencies, who works there, which lanes and roles they hold, and who is calling."""
