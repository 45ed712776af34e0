"""What the check before publishing looks at, one subject a module; `diagrams/check.py` puts them together."""
