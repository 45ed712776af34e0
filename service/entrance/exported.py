"""Instances as files: the answers that hand them out, one or many, and the words that stand in their tables."""

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, stream_with_context
from flask_babel import gettext

from service.complaints.pages import CHANNEL_NAMES
from service.database import db, read_as_of_now
from service.diagrams.models import Version
from service.entrance.downloads import XLSX, download
from service.exports import bundle, ocel, plain, tables, xes
from service.exports.records import Record, matching, record_of, records
from service.instances.models import Instance
from service.instances.pages import COMMAND_WORDS, STATE_WORDS
from service.people.caller import Caller
from service.people.models import Agency
from service.tasks.overview import InstanceFilter

JSON, XES, OCEL, OCEL_SQLITE, CSV, WORKBOOK = "json", "xes", "ocel", "ocel_sqlite", "csv", "xlsx"
BUNDLE = "bundle"
ONE = (JSON, XES, OCEL, OCEL_SQLITE, CSV, BUNDLE)
MANY = (CSV, WORKBOOK, JSON, XES, OCEL, OCEL_SQLITE)
MANY_IN_ORDER = (WORKBOOK, CSV, JSON, XES, OCEL, OCEL_SQLITE)
"""As they are offered to people."""

KINDS = {
    JSON: ("application/json", "json"),
    XES: ("application/xml", "xes"),
    OCEL: ("application/json", "jsonocel"),
    OCEL_SQLITE: ("application/vnd.sqlite3", "sqlite"),
    CSV: ("text/csv; charset=utf-8", "csv"),
    WORKBOOK: (XLSX, "xlsx"),
    BUNDLE: ("application/zip", "zip"),
}
"""Content type and ending of each format; many instances in JSON are one a line."""
JSON_LINES = ("application/x-ndjson", "jsonl")

PIECE = 64 * 1024
CAPITAL = "Asia/Jakarta"


def one_of(
    instance: Instance, kind: str, by: Caller, at: datetime, identity: Mapping[str, Any] | None = None
) -> Response:
    """One instance in this format; `identity` where it may go out, in JSON."""
    home = db.session.get_one(Agency, instance.agency_id)
    if kind == BUNDLE:
        content = bundle.make(record_of(instance.id), home.key, by.name, at)
        return download(content, *KINDS[BUNDLE], instance.number)
    if kind == JSON:
        version = db.session.get_one(Version, instance.version_id)
        return download(plain.whole(record_of(instance.id), version, identity), *KINDS[JSON], instance.number)
    return _one(instance.id, kind, home.zone, instance.number)


def _one(instance_id: uuid.UUID, kind: str, zone: str, name: str) -> Response:
    if kind == CSV:
        heads, said = [gettext(head) for head in tables.MOVE_HEADS], words()
        moves = (row for id_ in (instance_id,) for row in tables.moves_of(record_of(id_), said))
        return _answer(tables.as_csv(heads, moves, zone), *KINDS[CSV], name)
    return _log(lambda: [record_of(instance_id)], kind, name)


def many(by: Caller, wanted: InstanceFilter, kind: str, zone: str, name: str, at: datetime) -> Response:
    """All instances that the filter lets through and the caller may see, as they are when the reading begins."""

    def found() -> Iterator[Record]:
        return records(list_of_ids(by, wanted))

    if kind == JSON:
        return _answer(plain.lines(found()), *JSON_LINES, name)
    if kind not in (CSV, WORKBOOK):
        return _log(found, kind, name)
    said = words()
    rows = (tables.row_of(record, said, at) for record in found())
    heads = [gettext(head) for head in tables.HEADS]
    if kind == CSV:
        return _answer(tables.as_csv(heads, rows, zone), *KINDS[CSV], name)
    sheet = gettext("Berkas")
    return _from_file(lambda path: tables.as_xlsx(sheet, heads, rows, zone, path), kind, name)


def list_of_ids(by: Caller, wanted: InstanceFilter) -> Iterator[uuid.UUID]:
    """The ids are read before the batches, so that forgetting a batch forgets nothing that is still to come."""
    return iter(list(matching(by, wanted)))


def scope_of(wanted: InstanceFilter) -> dict[str, Any]:
    """What a list was narrowed to, as it is written down."""
    said = {each.name: getattr(wanted, each.name) for each in fields(wanted) if each.name != "also"}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items() if value}


def zone_of(agency_id: uuid.UUID | None) -> str:
    """In which zone the moments of a list are told: that of the agency, of several that of the capital."""
    return db.session.get_one(Agency, agency_id).zone if agency_id else CAPITAL


def words() -> tables.Words:
    """What codes are called in the reader's language."""
    return tables.Words(
        states={code: str(word) for code, word in STATE_WORDS.items()},
        channels={code: str(word) for code, word in CHANNEL_NAMES.items()},
        commands={code: str(word) for code, word in COMMAND_WORDS.items()},
        yes=gettext("Ya"),
        no=gettext("Tidak"),
    )


def _log(found: Callable[[], Iterable[Record]], kind: str, name: str) -> Response:
    if kind == XES:
        return _answer(xes.log(found()), *KINDS[XES], name)
    if kind == OCEL:
        return _answer(ocel.as_json(found), *KINDS[OCEL], name)
    return _from_file(lambda path: ocel.as_sqlite(found, path), kind, name)


def _from_file(write: Callable[[Path], Any], kind: str, name: str) -> Response:
    """What can only be written to a file first; it is gone when it has been handed out."""

    def pieces() -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="alur-") as folder:
            path = Path(folder) / "export"
            write(path)
            with path.open("rb") as file:
                yield from iter(lambda: file.read(PIECE), b"")

    return _answer(pieces(), *KINDS[kind], name)


def _at_one_moment(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Nothing is read before whatever wrote down that this goes out has been committed."""
    read_as_of_now()
    yield from pieces


def _answer(pieces: Iterator[bytes], content_type: str, ending: str, name: str) -> Response:
    answer = Response(stream_with_context(_at_one_moment(pieces)), content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{ending}")
    answer.headers["Cache-Control"] = "no-store"
    return answer
