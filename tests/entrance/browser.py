"""A browser without a screen: keeps cookies, says where it comes from, sends the token of the page it has open."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

HERE = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """Opens pages of the application in this process and posts their forms."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.token = ""

    def open(self, address: str, **headers: str) -> TestResponse:
        """GET a page; the token in it is remembered for the next form."""
        answer = self.client.get(address, headers=headers)
        found = re.search(r'name="alur-token" content="([^"]+)"', answer.get_data(as_text=True))
        self.token = found[1] if found else self.token
        return answer

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Post a form as its page would."""
        headers = options.pop("headers", HERE)
        return self.client.post(address, data={"alur-token": self.token, **(data or {})}, headers=headers, **options)

    def sign_in(self, username: str, password: str = "demo", **options: Any) -> TestResponse:
        """Sign in and open a page, so that its token is known."""
        answer = self.post("/masuk", {"username": username, "password": password}, **options)
        self.open("/akun")
        return answer
