"""How long a due date takes to reckon; a list of a thousand instances asks for as many."""

from datetime import UTC, datetime
from timeit import repeat

import pytest

from service.calendars.working_time import Calendar

START = datetime(2026, 1, 5, 2, tzinfo=UTC)


@pytest.mark.bench
@pytest.mark.parametrize("standard", ["PT2H", "P1D", "P10D", "P60D", "PT70H"])
def test_a_due_date_takes_less_than_fifty_microseconds(standard: str) -> None:
    office = Calendar("Asia/Jakarta")
    office.due(START, standard)
    seconds = min(repeat(lambda: office.due(START, standard), number=1000, repeat=5)) / 1000
    print(f"\n{standard}: {seconds * 1e6:.1f} microseconds")
    assert seconds < 50e-6
