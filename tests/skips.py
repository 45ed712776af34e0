"""In CI no test may be left out silently: a skip fails the run unless its reason begins with `must:` and says why."""

import os

import pytest

ALLOWED = "must:"


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test or a whole file was skipped, as its author put it."""
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ").strip()


def _unexcused(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    return [
        f"{report.nodeid}: {reason_of(report) or 'no reason'}"
        for report in skipped
        if not reason_of(report).startswith(ALLOWED)
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn an otherwise good run into a failed one; processes that only lend a hand leave it to the first."""
    if os.environ.get("CI") != "true" or hasattr(session.config, "workerinput"):
        return
    if session.exitstatus == pytest.ExitCode.OK and _unexcused(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which skips have failed the run."""
    unexcused = _unexcused(config) if os.environ.get("CI") == "true" else []
    if unexcused:
        terminalreporter.section("skipped without need, which fails the run in CI", red=True)
        for line in unexcused:
            terminalreporter.write_line(line)
