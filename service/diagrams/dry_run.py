"""The dry run: a diagram is walked with made-up answers, in a child process that is limited and can be killed.

The child is `python -m service.diagrams.dry_run`: xml and forms come in as JSON, findings go out as JSON.
"""

import base64
import json
import logging
import os
import resource
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import service
from service.diagrams.checking.subject import finding
from service.diagrams.checking.walking import walk
from service.engine import Finding
from service.sentences import put_together, taken_apart

log = logging.getLogger(__name__)

SECONDS = 45
CPU_SECONDS = 12
MEMORY = 1_000_000_000
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "MONTY_BIN")


def dry_run(xml: bytes, forms: dict[str, Any]) -> list[Finding]:
    """What a walk with made-up answers finds. `forms` are schemas by element id."""
    request = {"xml": base64.b64encode(xml).decode(), "forms": forms}
    try:
        return list(_walked(json.dumps(request, sort_keys=True)))
    except (subprocess.SubprocessError, OSError, ValueError, TypeError) as error:
        log.warning("dry run: %s", type(error).__name__)
        return [_killed()]


@lru_cache(maxsize=64)
def _walked(request: str) -> tuple[Finding, ...]:
    """The same files give the same findings, and are walked once only."""
    done = subprocess.run(
        [sys.executable, "-m", "service.diagrams.dry_run"],
        input=request.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        env=_environment(),
        check=True,
    )
    carried = json.loads(done.stdout)
    return tuple(Finding(**{name: put_together(value) for name, value in each.items()}) for each in carried)


def _environment() -> dict[str, str]:
    """No secrets for the child; only where to find itself."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(service.__file__).parents[1]), "PYTHONUTF8": "1"}


def _killed() -> Finding:
    return finding(
        "dry_run_killed",
        None,
        "Uji jalan diagram ini tidak selesai: terlalu lama, atau memakai terlalu banyak memori.",
        "Diagram yang memberatkan sistem pada uji jalan juga akan memberatkannya nanti.",
        "Kurangi percabangan paralel dan pengulangan, lalu periksa kembali.",
    )


def main() -> None:
    """The child: limit oneself, walk, tell."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    request = json.load(sys.stdin)
    findings = walk(base64.b64decode(request["xml"]), request["forms"])
    carried = [{name: taken_apart(value) for name, value in vars(each).items()} for each in findings]
    json.dump(carried, sys.stdout)


if __name__ == "__main__":
    main()
