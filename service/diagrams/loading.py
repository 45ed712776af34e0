"""Versions ready to run: parsed once per process and kept, since a published version never changes."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from service.database import db
from service.diagrams.models import DRAFT, LIVE, Version
from service.engine import Element, Spec, load_spec
from service.errors import Conflict, NotFound

KEPT = 200

_kept: OrderedDict[uuid.UUID, "Loaded"] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Form:
    """The form of one element: JSON Schema and RJSF's ui schema."""

    schema: dict[str, Any]
    ui_schema: dict[str, Any]


NO_FORM = Form({"type": "object", "properties": {}}, {})


@dataclass(frozen=True)
class Loaded:
    """A version with its parsed diagram and the forms of its elements."""

    id: uuid.UUID
    agency_id: uuid.UUID
    key: str
    n: int
    spec: Spec
    forms: dict[str, Form]

    def form(self, element: str) -> Form:
        """The form of an element; an element without one asks nothing."""
        return self.forms.get(element, NO_FORM)

    def element(self, element: str) -> Element:
        """The element with this id."""
        return self.spec.elements[element]


def load(version_id: uuid.UUID) -> Loaded:
    """The version, from memory if this process has seen it before. Raises `NotFound`."""
    with _lock:
        if version_id in _kept:
            _kept.move_to_end(version_id)
            return _kept[version_id]
    version = db.session.get(Version, version_id)
    if version is None:
        raise NotFound("Versi diagram tidak ditemukan.")
    return prepare(version)


def prepare(version: Version) -> Loaded:
    """Parse a version; keep it unless it is a draft, which may still change. Raises `Invalid`."""
    loaded = Loaded(
        id=version.id,
        agency_id=version.agency_id,
        key=version.diagram_key,
        n=version.n,
        spec=(spec := load_spec(version.xml)),
        forms=forms_of(spec, version.forms),
    )
    if version.state != DRAFT:
        with _lock:
            _kept[version.id] = loaded
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return loaded


def forms_of(spec: Spec, files: dict[str, Any]) -> dict[str, Form]:
    """The form of each element that names one, from the files of the version."""
    return {
        element.id: Form(files[schema], files.get(element.properties.get("formUiSchemaFilename", ""), {}))
        for element in spec.elements.values()
        if (schema := element.properties.get("formJsonSchemaFilename")) in files
    }


def default_of(key: str) -> Loaded:
    """The version that a new instance takes: the newest live one. Raises `NotFound`, or `Conflict` if none is live."""
    query = select(Version.id).where(Version.diagram_key == key, Version.state == LIVE)
    version_id = db.session.scalar(query.order_by(Version.n.desc()).limit(1))
    if version_id is not None:
        return load(version_id)
    if db.session.scalar(select(Version.id).where(Version.diagram_key == key).limit(1)) is None:
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    raise Conflict("Diagram “{key}” belum memiliki versi yang berlaku.", key=key)


def newest_live(keys: Iterable[str]) -> dict[str, Loaded]:
    """The default version of each of these diagrams that has one."""
    numbers = select(Version.diagram_key, func.max(Version.n).label("n")).group_by(Version.diagram_key)
    newest = numbers.where(Version.diagram_key.in_(keys), Version.state == LIVE).subquery()
    same = and_(Version.diagram_key == newest.c.diagram_key, Version.n == newest.c.n)
    rows = db.session.execute(select(Version.diagram_key, Version.id).join(newest, same))
    return {key: load(version_id) for key, version_id in rows}


def live(key: str, n: int) -> Loaded:
    """Live version n. Raises `NotFound`, or `Conflict` when it is not live."""
    row = db.session.execute(
        select(Version.id, Version.state).where(Version.diagram_key == key, Version.n == n)
    ).one_or_none()
    if row is None:
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    if row.state != LIVE:
        raise Conflict("Versi {n} dari diagram “{key}” tidak sedang berlaku.", key=key, n=n)
    return load(row.id)


def start_version(key: str, n: int | None) -> Loaded:
    """The version that a new instance takes: the one asked for, or the default."""
    return default_of(key) if n is None else live(key, n)
