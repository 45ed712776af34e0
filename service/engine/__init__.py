"""The engine room: the XML of a diagram in, a `Run` out. The only room that knows SpiffWorkflow."""

from service.engine.clock import Clock
from service.engine.findings import Finding
from service.engine.heading import process_of
from service.engine.parsing import load_spec
from service.engine.run import MessageWaiting, Run, TaskWaiting, TimerWaiting, Waiting
from service.engine.spec import Element, Flow, Lane, Loop, Spec, Timer
from service.engine.xml import read_xml

__all__ = [
    "Clock",
    "Element",
    "Finding",
    "Flow",
    "Lane",
    "Loop",
    "MessageWaiting",
    "Run",
    "Spec",
    "TaskWaiting",
    "Timer",
    "TimerWaiting",
    "Waiting",
    "load_spec",
    "process_of",
    "read_xml",
]
