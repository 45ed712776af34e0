"""Running the expressions and scripts of diagrams: in worker processes that hold nothing and can reach nothing.

The workers are pydantic-monty's, an interpreter of a part of Python without files, network, clock or environment. They
are started when first needed and belong to the process that started them. So fork before the first use, never after:
the library's threads do not survive a fork, and a child that tried to use them would wait for ever.
"""

import atexit
import datetime
import logging
import math
import os
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pydantic_monty import (
    CollectString,
    Monty,
    MontyConversionError,
    MontyCrashedError,
    MontyError,
    MontySession,
    OSPolicy,
    ResourceLimits,
)
from pydantic_monty._binary import find_monty_binary

from service.engine.expressions import script_names
from service.sentences import Sentence

log = logging.getLogger(__name__)

LIMITS: ResourceLimits = {
    "max_feed_duration_secs": 0.5,
    "max_memory": 32 * 1024 * 1024,
    "max_recursion_depth": 100,
    "max_suspensions": 1,
}
# Same data, same result: what a session would ask the world for, it asks us, and nobody answers.
_POLICY: OSPolicy = {"datetime": "call_host", "sleep": "zero", "random_start": "call_host"}
_MOST_PRINTED = 64 * 1024
_MOST_PARTS = 10_000
_MOST_CHARACTERS = 200_000
_REPLY_SECONDS = 10.0
_CHECKOUT_SECONDS = 30.0
_CHECKOUTS_PER_WORKER = 20_000

# The last fence, should the interpreter itself fail: address space in KB, CPU seconds in all, no file, no core dump.
_WRAPPER = """#!/bin/sh
ulimit -v 1000000
ulimit -t 300
ulimit -f 0
ulimit -c 0
ulimit -n 64
exec '{binary}' "$@"
"""


class SandboxError(Exception):
    """An expression or script did not give a value; the message says why, in words."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def evaluate(expression: str, data: Mapping[str, Any]) -> Any:
    """The value of an expression over `data`: plain JSON types and dates. Raises `SandboxError`."""

    def run(session: MontySession) -> Any:
        return _feed(session, expression.strip(), data)

    return _plain(_in_session(run))


def execute(script: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The names that a script has set, over `data`, with their values. Raises `SandboxError`."""
    _reads, writes = script_names(script)

    def run(session: MontySession) -> Any:
        _feed(session, script, data)
        return _feed(session, "locals()", {})

    kept = _in_session(run)
    if not isinstance(kept, dict):
        raise SandboxError("Skrip tidak memberikan hasil yang dapat dipakai.")
    return {name: _plain(kept[name]) for name in sorted(writes) if name in kept}


def shut_down() -> None:
    """Stop the workers of this process; the next call starts new ones."""
    _workers.close()


def _feed(session: MontySession, code: str, data: Mapping[str, Any]) -> Any:
    return session.feed_run(code, inputs=dict(data), print_callback=CollectString(_MOST_PRINTED))


def _in_session(run: Callable[[MontySession], Any]) -> Any:
    """Run in a fresh session. A worker that died costs one more try: nothing here has effects."""
    for attempt in (1, 2):
        try:
            with _workers.pool().checkout(limits=LIMITS, os_policy=_POLICY) as session:
                return run(session)
        except MontyCrashedError as error:
            if error.timed_out or attempt == 2:
                raise SandboxError("Perhitungan tidak selesai pada waktunya.") from error
            log.warning("sandbox worker died: %s", error)
        except (MontyError, TypeError, ValueError, RecursionError) as error:
            raise SandboxError(_words(error)) from error
        except TimeoutError as error:
            raise SandboxError("Semua pekerja perhitungan sedang sibuk; coba lagi.") from error
    raise AssertionError


# ---- the workers of this process ----


class _Workers:
    """The pool of this process, started when first needed."""

    def __init__(self) -> None:
        self._pool: Monty | None = None
        self._of_parent: Monty | None = None
        self._lock = threading.Lock()
        self._used = self._forked = False

    def pool(self) -> Monty:
        if self._forked:
            raise RuntimeError("the sandbox was used before this process was forked; fork first, or spawn")
        with self._lock:
            self._used = True
            if self._pool is None:
                self._pool = _start()
            return self._pool

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.__exit__(None, None, None)

    def forget(self) -> None:
        """In a forked child: workers and pipes are the parent's, and to let go of the pool would end them."""
        self._of_parent, self._pool = self._of_parent or self._pool, None
        self._forked = self._used
        self._lock = threading.Lock()


_workers = _Workers()
atexit.register(_workers.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.forget)


def _start() -> Monty:
    binary = find_monty_binary()
    wrapper = _wrapper(binary)
    if wrapper is not None:
        try:
            return _tried(wrapper)
        except (MontyError, OSError, RuntimeError) as error:
            log.warning("sandbox runs without limits of the system: %s", error)
    return _tried(binary)


def _tried(binary: str) -> Monty:
    """A started pool whose first worker has answered."""
    pool = Monty(
        binary_path=binary,
        min_processes=1,
        max_processes=max(2, os.cpu_count() or 1),
        checkout_timeout=_CHECKOUT_SECONDS,
        request_timeout=_REPLY_SECONDS,
        max_checkouts_per_worker=_CHECKOUTS_PER_WORKER,
    )
    pool.__enter__()
    try:
        with pool.checkout(limits=LIMITS) as session:
            session.feed_run("1")
    except BaseException:
        pool.__exit__(None, None, None)
        raise
    return pool


@lru_cache(maxsize=1)
def _wrapper(binary: str) -> str | None:
    """A path under which a worker starts with limits of the system: a script in memory, so that no disk is needed.

    Workers inherit the open file; None where the system has no such files.
    """
    if not hasattr(os, "memfd_create") or "'" in binary or not os.access("/bin/sh", os.X_OK):
        return None
    try:
        script = os.memfd_create("sandbox", 0)
        os.write(script, _WRAPPER.format(binary=binary).encode())
    except OSError:
        return None
    return f"/proc/self/fd/{script}"


# ---- values and words ----


def _plain(value: Any) -> Any:
    """The value, in plain JSON types, dates and moments. Raises `SandboxError`."""
    room = [_MOST_PARTS, _MOST_CHARACTERS]
    return _copied(value, room, depth=0)


def _copied(value: Any, room: list[int], depth: int) -> Any:
    room[0] -= 1
    room[1] -= len(value) if isinstance(value, str) else 0
    if min(room) < 0 or depth > 20:
        raise SandboxError("Hasil perhitungan terlalu besar.")
    match value:
        case None | bool() | int() | str() | datetime.date():
            return value
        case float() if math.isfinite(value):
            return value
        case list() | tuple():
            return [_copied(item, room, depth + 1) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {key: _copied(item, room, depth + 1) for key, item in value.items()}
    raise SandboxError("Hasil perhitungan bukan teks, bilangan, ya/tidak, tanggal, atau daftar.")


def _of_name(cause: BaseException) -> str:
    """The interpreter has the name between apostrophes."""
    parts = str(cause).split("'")
    if len(parts) > 2:
        return Sentence("Nama “{name}” belum berisi apa pun.", name=parts[1])
    return "Nama itu belum berisi apa pun."


def _words(error: BaseException) -> str:
    """Why it failed, for a process owner."""
    cause = error.exception() if isinstance(error, MontyError) else error
    if isinstance(error, MontyConversionError):
        return "Isian yang dibaca ungkapan ini tidak dapat dihitung."
    match cause:
        case NameError():
            return _of_name(cause)
        case TimeoutError():
            return "Perhitungan terlalu lama."
        case MemoryError() | RecursionError():
            return "Perhitungan terlalu besar."
        case TypeError():
            return Sentence("Jenis nilainya tidak cocok: {cause}", cause=str(cause))
        case SyntaxError():
            return Sentence("Ungkapan tidak terbaca: {cause}", cause=str(cause))
    return Sentence("Perhitungan gagal: {cause}", cause=f"{type(cause).__name__}: {cause}")
