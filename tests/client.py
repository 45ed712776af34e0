"""A client of the API for tests: signs in by user name, speaks JSON, and remembers tokens."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from service.database import db, transaction
from service.people.commands import create_token


class Client:
    """Calls the application in this process as an officer or as a complainant."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._tokens: dict[str, str] = {}

    def token(self, username: str) -> str:
        """A token of this person."""
        if username not in self._tokens:
            with self.app.app_context():
                with transaction():
                    self._tokens[username] = create_token(username, "tests", datetime.now(UTC))
                db.session.remove()
        return self._tokens[username]

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        by: str | None = None,
        pin: str | None = None,
        **options: Any,
    ) -> TestResponse:
        """Call `/api/v1` + path; `by` names an officer, `pin` a complainant."""
        headers = dict(options.pop("headers", {}))
        if by is not None:
            headers["Authorization"] = f"Bearer {self.token(by)}"
        if pin is not None:
            headers["Alur-Pin"] = pin
        if json is not None:
            options["json"] = json
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        """The body of a GET that must go well."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def post(self, path: str, json: Any = None, **options: Any) -> Any:
        """The body of a POST that must go well."""
        answer = self.call("POST", path, json=json, **options)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        return answer.json
