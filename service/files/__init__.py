"""Files: what people hand in beside their answers, checked, kept outside the database, and bound to one instance."""
