"""The command line: `alur serve`, `alur work`, `alur check` and the rest."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from service import bench, config, content, demo, secrets, serving, walk, worker
from service.app import create_app
from service.database import db, describe, transaction
from service.diagrams.check import CheckContext, check
from service.engine import Finding, process_of, read_xml
from service.entrance.health import are_migrations_pending
from service.errors import Invalid, Refusal
from service.exports.proof import prove
from service.history import chain
from service.people import commands as people
from service.people.models import OFFICER, ROLES, Person, agency_of, person_named
from service.people.passwords import DEMO_MARK, digest_password

screen = Console()


@contextmanager
def application() -> Iterator[Flask]:
    """The application for a command; a refusal ends the command in words."""
    try:
        app = create_app()
        with app.app_context():
            yield app
    except Refusal as refusal:
        screen.print(f"[red]{refusal}[/red]")
        if isinstance(refusal, Invalid):
            _print_findings(refusal.findings)
            for problem in refusal.errors:
                screen.print(f"  {problem.pointer}: {problem.message}")
        sys.exit(1)


@click.group()
@click.version_option(package_name="alur")
def main() -> None:
    """Alur runs government procedures drawn as BPMN diagrams."""


@main.command()
@click.option("--no-worker", is_flag=True, help="Leave out the worker that on SQLite runs beside the server.")
def serve(no_worker: bool) -> None:
    """Serve the API, and on SQLite run one worker beside it."""
    with application() as app:
        settings: config.Settings = app.config["ALUR"]
        if settings.demo:
            _prepare_demo()
        _must_be_ready(settings)
        embedded = db.engine.dialect.name == "sqlite"
        db.session.remove()
        db.engine.dispose()
        sys.exit(serving.serve(settings, embedded and not no_worker, lambda: _say_where(settings)))


def _prepare_demo() -> None:
    if are_migrations_pending():
        db.session.rollback()
        upgrade()
    if demo.is_empty():
        screen.print("Menyiapkan demo: lima SOP dan orang-orangnya …")
        demo.prepare()


def _must_be_ready(settings: config.Settings) -> None:
    if are_migrations_pending():
        raise Invalid("Skema basis data belum mutakhir; jalankan “alur migrate” dahulu.")
    if not settings.demo and db.session.scalar(select(Person.id).where(Person.password.startswith(DEMO_MARK)).limit(1)):
        raise Invalid("Ada kata sandi demo di basis data ini; server tidak dijalankan di luar mode demo.")


def _say_where(settings: config.Settings) -> None:
    screen.print(f"[bold]Alur[/bold] siap di [bold]http://{settings.host}:{settings.port}[/bold] ({describe()})")
    screen.print(f"Panduan API: http://{settings.host}:{settings.port}/api/v1/docs")
    if settings.demo:
        screen.print("Mode demo: masuk dengan kata sandi [bold]demo[/bold] sebagai misalnya")
        for office in demo.OFFICES:
            screen.print(f"  petugas@{office.key}   (semua lajur {office.diagram}), pemilik@…, atasan@…")
        screen.print("  auditor, admin; berhenti dengan Ctrl+C")


@main.command()
def work() -> None:
    """Fire timers and do chores until told to stop."""
    with application() as app:
        _must_be_ready(app.config["ALUR"])
        worker.run(app)


@main.command()
def migrate() -> None:
    """Bring the tables up to date."""
    with application():
        upgrade()
        screen.print("Skema basis data mutakhir.")


@main.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--forms", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Form files.")
def check_files(files: tuple[Path, ...], folder: Path | None) -> None:
    """Check BPMN files and their forms; exit status 1 if one could not be published."""
    blocked = False
    for path in files:
        try:
            found = check(path.read_bytes(), _forms_beside(path, folder), CheckContext(lanes_held=None))
        except Refusal as refusal:
            screen.print(f"[bold]{path.name}[/bold]: [red]{refusal}[/red]")
            blocked = True
            continue
        screen.print(f"[bold]{path.name}[/bold]: {len(found)} temuan")
        _print_findings(found)
        blocked = blocked or any(f.blocks for f in found)
    sys.exit(1 if blocked else 0)


def _forms_beside(path: Path, folder: Path | None) -> dict[str, object]:
    """Forms from the folder named, else from forms/<diagram> beside the folder of the diagram."""
    return content.read_forms(folder or path.resolve().parent.parent / "forms" / path.stem)


def _print_findings(findings: object) -> None:
    for found in findings if isinstance(findings, list | tuple) else ():
        assert isinstance(found, Finding)
        mark = "[red]menghalangi[/red]" if found.blocks else "[yellow]peringatan[/yellow]"
        where = found.element_name or found.element_id or "-"
        screen.print(f"  {mark} {found.code} · {where}: {found.what} {found.why} → {found.mend}")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--forms", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Form files.")
@click.option("--agency", help="Key of the agency, for a new diagram.")
@click.option("--unheld", multiple=True, help="A lane nobody holds, published all the same.")
def deploy(files: tuple[Path, ...], folder: Path | None, agency: str | None, unheld: tuple[str, ...]) -> None:
    """Draft and publish BPMN files with their forms."""
    with application():
        for path in files:
            with transaction():
                xml = path.read_bytes()
                forms = _forms_beside(path, folder)
                version = demo.deploy(xml, forms, agency, datetime.now(UTC), list(unheld))
            state = "menunggu persetujuan orang kedua" if version.awaits else "berlaku"
            screen.print(f"{process_of(read_xml(xml))[0]} versi {version.n} {state}.")


@main.command("walk")
@click.argument("sops", nargs=-1)
@click.option("--url", help="Walk on this running demo server instead of a throwaway database.")
def walk_sops(sops: tuple[str, ...], url: str | None) -> None:
    """Drive complaints through SOPs to the end and show the way."""
    try:
        sys.exit(walk.walk(list(sops) or content.keys(), url, screen))
    except Refusal as refusal:
        screen.print(f"[red]{refusal}[/red]")
        sys.exit(1)


@main.group()
def agency() -> None:
    """Agencies."""


@agency.command("create")
@click.argument("key")
@click.option("--name", required=True)
@click.option("--zone", default="Asia/Jakarta", show_default=True)
@click.option("--prefix", required=True, help="What the numbers of its instances begin with.")
def create_agency(key: str, name: str, zone: str, prefix: str) -> None:
    """Found an agency."""
    with application(), transaction():
        people.found_agency(key, name, zone, prefix)


@main.group()
def person() -> None:
    """People and what they hold."""


@person.command("create")
@click.argument("username")
@click.option("--name", required=True)
@click.password_option(confirmation_prompt=True)
def create_person(username: str, name: str, password: str) -> None:
    """Enter a person."""
    with application(), transaction():
        people.enter_person(username, name, digest_password(password))


@person.command("give")
@click.argument("username")
@click.option("--role", type=click.Choice(ROLES), default=OFFICER, show_default=True)
@click.option("--agency", "agency_key", help="Key of the agency; all agencies where left out.")
@click.option("--diagram", default="", help="For officers: key of the diagram.")
@click.option("--lane", default="", help="For officers: id of the lane.")
@click.option("--take-away", is_flag=True, help="Take it away instead.")
def give(username: str, role: str, agency_key: str | None, diagram: str, lane: str, take_away: bool) -> None:
    """Let a person hold a lane or a role."""
    with application(), transaction():
        home = agency_of(agency_key) if agency_key else None
        verb = people.take_away if take_away else people.give
        verb(person_named(username), home, role, diagram, lane)


@main.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--person", "username", required=True, help="User name.")
@click.option("--label", default="baris perintah", show_default=True)
def create_token(username: str, label: str) -> None:
    """Make a token for a year and print it, once."""
    with application(), transaction():
        click.echo(people.create_token(username, label, datetime.now(UTC)))


@main.command()
@click.argument("bundle", required=False, type=click.Path(path_type=Path))
@click.option("--key", help="Public key (hexadecimal) of the installation that must have signed the bundle.")
def verify(bundle: Path | None, key: str | None) -> None:
    """Check an exported bundle, without a database; without one, the hash chains of all histories in the database."""
    if bundle is not None:
        _verify_bundle(bundle, key)
        return
    with application():
        read, broken = chain.verify()
    for found in broken:
        screen.print(f"[red]{found.instance_id} langkah {found.seq}: {found.reason}[/red]")
    screen.print(f"{read} langkah diperiksa, {len(broken)} rantai rusak.")
    sys.exit(1 if broken else 0)


def _verify_bundle(path: Path, key: str | None) -> None:
    try:
        found = prove(path, key)
    except Refusal as refusal:
        screen.print(f"[red]{refusal}[/red]")
        sys.exit(1)
    screen.print(f"Utuh: {found.number} ({found.agency}), {found.moves} langkah, {found.files} berkas.")
    screen.print(f"Dibuat {found.made_at} oleh {found.made_by}; ditandatangani {found.public_key}.", soft_wrap=True)


@main.command("public-key")
def show_public_key() -> None:
    """Show what the signatures of this installation are checked with."""
    with application():
        screen.print(secrets.public_key().hex(), soft_wrap=True)


@main.group()
def timers() -> None:
    """Timers (demo and tests)."""


@timers.command("fire")
@click.option("--as-of", required=True, help="ISO 8601 moment with offset.")
def fire_timers(as_of: str) -> None:
    """Fire what is due as of a moment, as if it had come."""
    with application() as app:
        if not app.config["ALUR"].demo:
            raise Invalid("Perintah ini hanya untuk mode demo (ALUR_DEMO=1).")
        moment = datetime.fromisoformat(as_of)
        if moment.tzinfo is None:
            raise Invalid("Sebutkan zona waktunya, misalnya 2026-12-01T09:00+07:00.")
        table = Table("berkas", "timer", "jatuh tempo")
        for fired in worker.fire_due(moment):
            table.add_row(str(fired.instance_id), fired.element, fired.due_at.isoformat())
        screen.print(table)


@main.command("bench")
@click.option("--seconds", default=10.0, show_default=True, help="Length of each measurement.")
@click.option("--clients", default=8, show_default=True)
def run_bench(seconds: float, clients: int) -> None:
    """Measure a real server over HTTP beside a bare floor, on SQLite and PostgreSQL."""
    bench.run(seconds, clients, screen)


if __name__ == "__main__":
    main()
