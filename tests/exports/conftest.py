"""Cases to export, run once for each database: `cases` has every path of the SOPs, `a_thousand` many more of them."""

from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Place
from tests.exports.cases import MANY, multiply, run_all

Cases = list[dict[str, Any]]


@pytest.fixture(scope="session")
def cases_run(place: Place) -> Cases:
    place.put_back("demo")
    found = run_all(Client(place.app))
    place.keep("cases")
    return found


@pytest.fixture
def cases(place: Place, demo_app: Any, cases_run: Cases) -> Cases:
    place.put_back("cases")
    return cases_run


@pytest.fixture
def a_thousand(place: Place, cases: Cases) -> Cases:
    multiply(place.app, MANY)
    return cases
