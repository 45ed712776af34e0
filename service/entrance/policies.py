"""What a page may load and run, by kind of page (Content-Security-Policy). Everything comes from ourselves."""

_STRICT = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "script-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _policy(**more: str) -> str:
    rules = _STRICT | {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


PLAIN = _policy()
"""Every page and answer that says nothing else."""

DIAGRAM = _policy(font_src="'self' data:")
"""Pages that show a diagram: its signs are letters of a font."""

MODELER = _policy(font_src="'self' data:", style_src_attr="'unsafe-inline'")
"""The page that draws diagrams: the modeler sets one style on an element."""
