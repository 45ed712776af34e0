"""Measures a real server over HTTP beside a bare floor; prints ratios, since machines differ. Fails nobody's build."""

from service.bench.report import run

__all__ = ["run"]
