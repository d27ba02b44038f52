"""Every endpoint and page, by every role, in a browser and by a token; none is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.responses import Response
from starlette.testclient import TestClient
from team import ROLES, Team, token_of

from beltroad.app.accounts.roles import Role
from beltroad.app.security.gate import READS, required_role

# Open to everyone, each for a reason: signing in, whether the server lives, its description.
OPEN = {
    ("GET", "/login"), ("POST", "/login"), ("GET", "/api/v1/health"),
    ("GET", "/api/v1/openapi.json"), ("HEAD", "/api/v1/openapi.json"),
}  # fmt: skip
OWN = ("/account", "/api/v1/accounts/", "/logout")
# Sent as POST for their length; they keep nothing.
QUESTIONS = (
    "/rules", "/api/v1/rules", "/api/v1/scenarios/estimate", "/api/v1/debt",
)  # fmt: skip
ANYTHING = {
    "iso3": "KAZ", "kind": "project", "hash": "0" * 64, "session_id": "0" * 16, "user_id": "999999",
    "token_id": "999999",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One method of one route."""

    method: str
    path: str
    role: Role | None
    in_person: bool

    @property
    def url(self) -> str:
        """The path with something harmless in its places."""
        return re.sub(r"{(\w+)(:\w+)?}", lambda m: ANYTHING.get(m[1], "999999"), self.path)


def _in_person(dependant: object) -> bool:
    if getattr(dependant.call, "in_person", False):  # type: ignore[attr-defined]
        return True
    return any(_in_person(each) for each in dependant.dependencies)  # type: ignore[attr-defined]


def ways(team: Team) -> list[Way]:
    """All of them, as the application itself knows them."""
    found = []
    for route in iter_route_contexts(team.app.routes):
        if route.path == "/static":
            continue
        dependant = getattr(route, "dependant", None)
        role = required_role(dependant) if dependant else None
        for method in sorted(route.methods or ()):
            in_person = dependant is not None and _in_person(dependant)
            found.append(Way(method, str(route.path), role, in_person))
    return found


def test_every_route_says_which_role_it_needs(team: Team) -> None:
    found = ways(team)
    assert len(found) > 25
    silent = {(w.method, w.path) for w in found if w.role is None}
    assert silent <= OPEN
    # and what changes something needs more than reading, unless it is one's own account
    low = {
        w.path for w in found
        if w.method not in READS and w.role is Role.VIEWER and not w.path.startswith(OWN)
    }  # fmt: skip
    assert {path for path in low if not path.startswith(QUESTIONS)} == set()
    admin = [w for w in found if w.path.startswith(("/admin", "/api/v1/accounts/users"))]
    assert admin
    assert all(w.role is Role.ADMIN for w in admin)


@pytest.fixture
def doors(team: Team) -> Iterator[list[Way]]:
    """All ways, with nothing behind them: only the doors are tried, so that each can be."""
    calls = {}
    for route in iter_route_contexts(team.app.routes):
        if (dependant := getattr(route, "dependant", None)) is not None:
            calls[id(dependant)] = (dependant, dependant.call)
            dependant.call = _behind
    yield [way for way in ways(team) if way.role is not None]
    for dependant, call in calls.values():
        dependant.call = call


def _behind(**_: object) -> Response:
    return Response(status_code=299)


@pytest.mark.parametrize("role", ROLES)
def test_session_and_token_may_what_the_role_may(team: Team, role: str, request: Any) -> None:
    mine = Role[role.upper()]
    browser, program = team.browser(f"{role}-user"), team.program(role)
    asked = [(c, way) for way in request.getfixturevalue("doors") for c in (browser, program)]
    answers = team.answers((c, way.method, way.url, {}) for c, way in asked)
    reached, wrong = 0, []
    for (client, way), (status, _) in zip(asked, answers, strict=True):
        allowed = mine >= way.role and not (way.in_person and client is program)
        # 422: let in, and then what was sent is not what is wanted
        if status not in ((299, 422) if allowed else (403,)):
            wrong.append((client is browser, way, status))
        reached += status == 299
    assert not wrong
    assert reached > 20


def test_readers_are_let_in(team: Team, team_client: Callable[[str], TestClient]) -> None:
    """What a role may read it can: one page and endpoint of each level, by browser and token."""
    for role in ROLES:
        mine = Role[role.upper()]
        for client in (team_client(role), team.program(role)):
            for path, least in (
                ("/account", Role.VIEWER), ("/api/v1/accounts/me", Role.VIEWER),
                ("/admin/users", Role.ADMIN), ("/admin/audit", Role.ADMIN),
                ("/admin/audit.csv", Role.ADMIN), ("/api/v1/accounts/audit", Role.ADMIN),
            ):  # fmt: skip
                assert client.get(path).status_code == (200 if mine >= least else 403)


def test_nobody_gets_in(team: Team) -> None:
    nobody = team.visitor()
    token_of(nobody)
    closed = [way for way in ways(team) if way.role is not None]
    wrong = []
    answers = team.answers((nobody, way.method, way.url, {}) for way in closed)
    for way, (status, headers) in zip(closed, answers, strict=True):
        if way.path.startswith("/api/"):
            fine = status == 401 and headers["www-authenticate"] == "Bearer"
            fine = fine and headers["content-type"] == "application/problem+json"
        else:
            fine = status == 303 and headers["location"].startswith("/login")
        if not fine:
            wrong.append((way, status))
    assert not wrong


def test_bad_tokens_get_nowhere(team: Team) -> None:
    program = team.visitor()
    for bad in ("", "x", "brt_" + "a" * 43, "brt_\N{SNOWMAN}"):
        headers = {"Authorization": f"Bearer {bad}".encode()}
        assert program.get("/api/v1/accounts/me", headers=headers).status_code == 401


def test_every_change_refuses_a_browser_without_form_token(team: Team) -> None:
    browser = team.browser("admin-user")
    good = browser.headers.pop("X-CSRF-Token")
    other = team.browser("editor-user").headers["X-CSRF-Token"]
    changing = [w for w in ways(team) if w.method not in READS]
    assert len(changing) > 12
    variants: tuple[dict[str, str], ...] = (
        {}, {"X-CSRF-Token": other},
        {"X-CSRF-Token": good, "Origin": "https://elsewhere.example"},
        {"X-CSRF-Token": good, "Origin": "null"},
        {"X-CSRF-Token": good, "Sec-Fetch-Site": "same-site"},
    )  # fmt: skip
    asked = [(browser, way.method, way.url, more) for way in changing for more in variants]
    answers = team.answers(asked)
    assert [
        each[1:] for each, (status, _) in zip(asked, answers, strict=True) if status != 403
    ] == []
    browser.headers["X-CSRF-Token"] = good
    fine = {"Origin": "http://workspace.example", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/account/language", data={"lang": "zh"}, headers=fine).status_code == 303
