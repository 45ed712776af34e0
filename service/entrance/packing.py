"""Pages and diagrams compressed on their way out, for slow lines; a page of 40 KB travels as 8."""

import gzip

from flask import Response, request

WORTH_IT = 700
EFFORT = 5
PACKED = ("text/html", "application/xml")


def pack(answer: Response) -> Response:
    """Compress an answer of HTML or XML where the browser takes it so."""
    if answer.mimetype not in PACKED or answer.direct_passthrough or "Content-Encoding" in answer.headers:
        return answer
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    if len(body) >= WORTH_IT and request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip.compress(body, EFFORT, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer
