"""A browser without a browser: signs in as somebody of the demo, opens pages and posts their forms."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

HERE = {"Origin": "http://localhost"}


@dataclass
class Surfer:
    """One signed-in person."""

    app: Flask
    username: str

    def __post_init__(self) -> None:
        self._client = self.app.test_client()
        answer = self._client.post("/masuk/contoh", data={"username": self.username}, headers=HERE)
        assert answer.status_code == 303, answer.text

    def open(self, address: str, status: int = 200) -> str:
        """The page in plain text, with marks of HTML taken out."""
        return plain(self.page(address, status))

    def page(self, address: str, status: int = 200) -> str:
        """The page as it was sent."""
        answer = self._client.get(address, headers=HERE)
        assert answer.status_code == status, (address, answer.status_code, plain(answer.text)[:500])
        return answer.text

    def get(self, address: str, **headers: str) -> TestResponse:
        """The answer itself."""
        return self._client.get(address, headers=HERE | headers)

    def post(self, address: str, seen_at: str, **fields: Any) -> TestResponse:
        """Post a form of the page at `seen_at`, with the hidden fields that it bears."""
        page = self.page(seen_at)
        hidden = dict(re.findall(r'type="hidden" name="(alur-[^"]+)" value="([^"]*)"', page))
        return self._client.post(address, data=hidden | fields, headers=HERE)


def plain(html: str) -> str:
    """What a reader sees of a page."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text))).strip()
