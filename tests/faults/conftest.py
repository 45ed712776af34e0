"""A server of the test's own, to be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.running import Server


@pytest.fixture
def server(demo_app: Flask, tmp_path: Path) -> Iterator[Server]:
    """A server on the demo that is up, and of which nothing is left afterwards."""
    server = Server(demo_app, tmp_path / "server.log")
    try:
        server.start()
        yield server
    finally:
        server.stop()
