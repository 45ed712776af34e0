"""The worker: fires timers when their time has come, and sees to what is due every day. Run by `alur work`."""

from service.worker.chores import CHORES, Chore
from service.worker.firing import Fired, fire_due, fire_one
from service.worker.running import run

__all__ = ["CHORES", "Chore", "Fired", "fire_due", "fire_one", "run"]
