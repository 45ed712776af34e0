"""The rules of the house that ruff and mypy cannot see: floors, who commits, who reads the clock, lengths."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"
GENERATED = ("service/migrations/",)

ENTRANCES = ("api.py", "pages.py", "app.py", "cli.py", "worker.py", "serving.py", "demo.py", "walk.py", "bench.py")
ENTRANCE_FOLDERS = ("service/entrance/", "service/worker/", "service/bench/")
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
READS_THE_CLOCK = {"service/database.py": "ids in order of time (UUIDv7)"}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "services", "misc", "base"}
DANGEROUS = {"eval", "exec", "compile", "__import__"}
LONG = 40
MOST_LONG = 0.03


@dataclass(frozen=True)
class Module:
    """One file of the service, read."""

    path: str
    tree: ast.Module

    @property
    def is_entrance(self) -> bool:
        return self.path.startswith(ENTRANCE_FOLDERS) or Path(self.path).name in ENTRANCES

    def nodes(self, *kinds: type) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def calls(self) -> Iterator[tuple[str, int]]:
        """Names of what is called, as written, with the line."""
        for node in self.nodes(ast.Call):
            assert isinstance(node, ast.Call)
            yield ast.unparse(node.func), node.lineno


def _read(path: Path) -> Module:
    return Module(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))


MODULES = [
    module
    for module in map(_read, sorted(SERVICE.rglob("*.py")))
    if not module.path.startswith(GENERATED) and module.tree.body
]


def _ends_with(name: str, endings: set[str]) -> bool:
    return any(name == ending or name.endswith(f".{ending}") for ending in endings)


def test_each_room_imports_lower_floors_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_only_the_database_room_commits() -> None:
    commits = [
        f"{module.path}:{line}"
        for module in MODULES
        for name, line in module.calls()
        if name.endswith(".commit") and module.path != "service/database.py"
    ]
    assert not commits


def test_imports_stand_at_the_top_of_a_module() -> None:
    inside = [
        f"{module.path}:{node.lineno}"
        for module in MODULES
        for function in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside


def test_below_the_entrances_nobody_reads_the_clock() -> None:
    readings = [
        f"{module.path}:{line} {name}"
        for module in MODULES
        if not module.is_entrance and module.path not in READS_THE_CLOCK
        for name, line in module.calls()
        if _ends_with(name, CLOCKS)
    ]
    assert not readings


def test_nothing_is_evaluated_as_python() -> None:
    calls = [f"{module.path}:{line} {name}" for module in MODULES for name, line in module.calls() if name in DANGEROUS]
    assert not calls


def test_every_module_opens_with_its_job() -> None:
    silent = [module.path for module in MODULES if not ast.get_docstring(module.tree)]
    assert not silent


def test_every_module_has_a_name_that_says_something() -> None:
    assert not [
        module.path for module in MODULES if NAMES_THAT_SAY_NOTHING & set(Path(module.path).with_suffix("").parts)
    ]


def test_functions_are_short() -> None:
    lengths = {
        f"{module.path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in MODULES
        for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = {where: lines for where, lines in lengths.items() if lines > LONG}
    assert median(lengths.values()) < 10
    assert len(long) <= MOST_LONG * len(lengths), long


def test_pins_bear_digests_and_no_addresses() -> None:
    for pins in (ROOT / "requirements").glob("*.txt"):
        lines = [line for line in pins.read_text().splitlines() if line and not line.lstrip().startswith("#")]
        assert not [line for line in lines if re.search(r"://|\s@\s|^\s*-(?!-hash=)", line)], pins.name
        pinned = [line for line in lines if not line.startswith(" ")]
        assert all(re.match(r"[a-z0-9._\[\]-]+==\S+.*\\$", line) for line in pinned), pins.name


def test_what_runs_is_what_was_tested() -> None:
    run, dev = (
        set(re.findall(r"(?m)^(\S+==\S+)", (ROOT / f"requirements/{name}.txt").read_text())) for name in ("run", "dev")
    )
    assert run <= dev


def test_the_lock_of_the_web_part_bears_digests_and_no_addresses() -> None:
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert fetched
    assert not [name for name, package in fetched.items() if "resolved" in package or "integrity" not in package]


def test_the_tests_of_a_room_lie_in_a_folder_of_its_name() -> None:
    rooms = {path.parent.name for path in SERVICE.glob("*/__init__.py")}
    beside = {"house", "sops", "journeys", "races", "faults", "browser", "contract"}
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders <= rooms | beside
