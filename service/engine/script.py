"""Sends every expression and script of a diagram to the sandbox. Nothing is ever evaluated here."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.task import Task

from service.engine import expressions, sandbox
from service.engine.clock import Clock
from service.engine.trees import known, learn, only
from service.errors import Refusal, Stuck, Unready
from service.sentences import Sentence

MOST_SHOWN = 60

_names = lru_cache(maxsize=4096)(expressions.names)
_script_names = lru_cache(maxsize=1024)(expressions.script_names)


class ScriptEngine(PythonScriptEngine):
    """One for each run: it carries the run's clock, and knows which names the diagram reads."""

    def __init__(self, clock: Clock, reads: Collection[str]) -> None:
        super().__init__(environment=BasePythonScriptEngineEnvironment())
        self.clock = clock
        self.reads = reads

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> Any:
        """The value of an expression. A name that nothing is known of yet is None."""
        values = known(task)
        try:
            return sandbox.evaluate(expression, {name: values.get(name) for name in _names(expression)})
        except sandbox.SandboxError as error:
            message = "Ungkapan “{text}” di “{name}” gagal: {reason} Yang terbaca: {seen}."
            raise _failed(message, task, error, text=expression, seen=seen(task, [expression])) from error

    def knows_all(self, task: Task, expression: str) -> bool:
        """Is something known of every name that the expression reads?"""
        values = known(task)
        return all(values.get(name) is not None for name in _names(expression))

    def execute(self, task: Task, script: str, external_context: Any = None) -> bool:
        """Run a script; of the names it sets, those are kept that something reads."""
        reads, writes = _script_names(script)
        values = known(task)
        try:
            result = sandbox.execute(script, {name: values.get(name) for name in reads})
            learn(task, only(result, writes & set(self.reads)))
        except (sandbox.SandboxError, TypeError) as error:
            raise _failed("Skrip di “{name}” gagal: {reason}", task, error) from error
        return True


def seen(task: Task, expressions: Iterable[str]) -> str:
    """The names that expressions read at a task with their values, for people."""
    values = known(task)
    names = sorted({name for expression in expressions for name in _names(expression)})
    return ", ".join(f"{name} = {_shown(values.get(name))}" for name in names) or Sentence("tidak ada")


def _shown(value: Any) -> str:
    if value is None:
        return "(kosong)"
    text = str(value)
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def _failed(message: str, task: Task, error: Exception, **params: Any) -> Refusal:
    """Stuck, unless there was only nobody free to work it out."""
    if isinstance(error.__cause__, TimeoutError):
        return Unready("Sistem sedang sibuk. Silakan coba lagi.")
    spec = task.task_spec
    element = getattr(spec, "bpmn_id", None)
    name = getattr(spec, "bpmn_name", None) or element or spec.name
    return Stuck(message, element=element, name=name, reason=_reason(error), **params)


def _reason(error: Exception) -> str:
    return Sentence(error.message) if isinstance(error, sandbox.SandboxError) else str(error)
