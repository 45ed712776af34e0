"""The server that the calls of a whole file meet at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client
from tests.conftest import Place
from tests.races.desk import assert_whole
from tests.running import Server


@pytest.fixture(scope="module")
def server(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two processes that answer, on the demo; what is in its database at the end is whole."""
    place.put_back("demo")
    log: Path = tmp_path_factory.mktemp("server") / "log"
    server = Server(place.app, log)
    try:
        server.start()
        yield server
        assert_whole(Client(place.app))
    finally:
        server.stop()
