"""Tables of an agency's own hours and days; what the law gives everybody stands in `statutory.py`."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, id_column

LONGEST_NAME = 120


class CalendarPeriod(Model):
    """Hours of a week that hold from one day through another, such as Ramadan; an open end is null."""

    __tablename__ = "calendar_period"
    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    hours: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As `hours.write_week` writes them."""


class CalendarDay(Model):
    """One day that the agency itself says it works, or does not."""

    __tablename__ = "calendar_day"

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
