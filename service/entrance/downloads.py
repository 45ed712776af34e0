"""Files that are handed out: as downloads with a name people recognise, never kept by a browser or a proxy."""

from flask import Response

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, kind: str, ending: str, name: str) -> Response:
    """The answer that hands this file out, `kind` its content type."""
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{ending}")
    answer.headers["Cache-Control"] = "no-store"
    return answer
