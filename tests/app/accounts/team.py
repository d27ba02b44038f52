"""A workspace in team mode with one user of each role, and their browsers and programs."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from beltroad.app.accounts import tokens, users
from beltroad.app.accounts.passwords import Passwords
from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database import Database, migrate
from beltroad.app.factory import create_app
from beltroad.app.settings import Limits, Settings

PASSWORD = "seven lamps by the river"
HOST = "http://workspace.example"
ROLES = ("viewer", "analyst", "editor", "admin")


def cheap() -> Passwords:
    """Hashing as weak as it goes, for tests alone: the application has no setting for it."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def team_settings(home: Path, database_url: str) -> Settings:
    """Team mode over plain HTTP, without limits of requests."""
    home.mkdir(parents=True, exist_ok=True)
    return replace(
        Settings.local(home), mode="team", database_url=database_url,
        secret=secrets.token_urlsafe(48), hosts=("workspace.example",), insecure_http=True,
        limits=Limits(reads_per_minute=0, writes_per_minute=0, logins_per_minute=0),
    )  # fmt: skip


@dataclass
class Team:
    """The application and ways to ask it."""

    app: FastAPI
    stack: ExitStack
    ids: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(settings: Settings) -> Iterator[Team]:
        """Start it, with one user of each role; users are named by their role."""
        with ExitStack() as stack:
            app = create_app(settings)
            app.state.passwords = cheap()
            team = Team(app, stack)
            stack.enter_context(TestClient(app, base_url=HOST))  # starts what the app starts
            for role in ROLES:
                team.add(f"{role}-user", role)
            yield team
        app.state.database.dispose()

    def add(self, name: str, role: str, password: str = PASSWORD) -> int:
        """One more user."""
        with self.app.state.database.session() as session:
            row = users.create(
                session, self.app.state.passwords, "tests", name=name, role=role, password=password
            )
        self.ids[name] = row.id
        return row.id

    def visitor(self, base_url: str = HOST) -> TestClient:
        """A browser that is not signed in."""
        return self.stack.enter_context(
            TestClient(
                self.app, base_url=base_url, client=("192.0.2.7", 50000), follow_redirects=False,
                raise_server_exceptions=False,
            )
        )  # fmt: skip

    def browser(self, name: str, password: str = PASSWORD) -> TestClient:
        """A browser signed in as a user, that sends the form token along."""
        visitor = self.visitor()
        answer = visitor.post(
            "/login", data={"name": name, "password": password, "csrf": token_of(visitor)}
        )
        assert answer.status_code == 303, answer.text
        visitor.headers["X-CSRF-Token"] = visitor.get("/api/v1/accounts/me").json()["csrf"]
        return visitor

    def answers(
        self, asked: Iterable[tuple[TestClient, str, str, Mapping[str, str]]]
    ) -> list[tuple[int, Headers]]:
        """Status and headers of many requests without a body, straight to the application.

        Each is sent with the cookies and headers of a browser, and ``more`` of its own.
        """

        async def one(client: TestClient, method: str, url: str, more: Mapping[str, str]) -> Any:
            cookies = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
            sent = {"host": "workspace.example", **client.headers, **more}
            if cookies:
                sent["cookie"] = cookies
            told: list[Any] = []

            async def receive() -> dict[str, object]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    told.append((message["status"], Headers(raw=message["headers"])))

            await self.app(
                {
                    "type": "http", "method": method, "path": url, "raw_path": url.encode(),
                    "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
                    "headers": [(k.lower().encode(), v.encode()) for k, v in sent.items()],
                    "client": ("192.0.2.7", 50000), "server": ("workspace.example", 80),
                },
                receive, send,
            )  # fmt: skip
            return told[0]

        async def all_of_them() -> list[tuple[int, Headers]]:
            return [await one(*each) for each in asked]

        # In a thread of its own: a browser test before may have left a loop in this one.
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(asyncio.run, all_of_them()).result()

    def program(self, role: str) -> TestClient:
        """A program with a token of a user's full role."""
        made = self.visitor()
        who = Principal(f"{role}-user", Role[role.upper()], self.ids[f"{role}-user"], "session")
        with self.app.state.database.session() as session:
            _, raw = tokens.create(session, who, "tests", who.role, 1)
        made.headers["Authorization"] = f"Bearer {raw}"
        return made


def token_of(browser: TestClient, path: str = "/login") -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get(path).text)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """One workspace for all tests of a module; accounts need no bundled rows."""
    home = tmp_path_factory.mktemp("team")
    url = f"sqlite:///{home / 'workspace.sqlite'}"
    database = Database(url)
    migrate.upgrade(database)
    database.dispose()
    yield from Team.of(team_settings(home, url))


@pytest.fixture
def team_client(team: Team) -> Callable[[str], TestClient]:
    """A signed-in browser by role: ``team_client("editor")``."""
    return lambda role: team.browser(f"{role}-user")
