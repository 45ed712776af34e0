"""Does what batches order, one instance in one transaction, a few at each turn of the worker."""

import logging
from datetime import datetime

from sqlalchemy.exc import InterfaceError, OperationalError

from service.database import transaction
from service.moving_over import batches
from service.moving_over.models import open_batches

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Instances at one turn: timers are looked at in between."""


def carry_on(now: datetime) -> bool:
    """Do some of what is ordered; whether there may be more of it."""
    return bool(open_batches()) and all(carry_one(now) for _ in range(AT_ONCE))


def carry_one(now: datetime) -> bool:
    """Do one instance of any batch; False when nothing is left. A fault of ours sets one aside, not the others."""
    try:
        with transaction():
            return batches.go_on(now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("an instance could not be carried over")
        with transaction():
            batches.put_aside(now)
        return True
