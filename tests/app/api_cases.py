"""Requests as the API's own description allows and forbids them, sent to it in process."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from typing import Any

import requests
import schemathesis
from api_known import Known
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as pace
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.python import asgi
from schemathesis.specs.openapi import checks as openapi

__all__ = ["HERE", "Fuzzer", "operations"]

HERE = "http://127.0.0.1"
CHECKS = [
    not_a_server_error, openapi.status_code_conformance, openapi.content_type_conformance,
    openapi.response_schema_conformance, openapi.response_headers_conformance,
]  # fmt: skip
# What people and scripts send by mistake or on purpose, where any text or value fits.
ODD = (
    "", " ", "\x00", "a\x00b", "\ud800", "\u202e\u0301", "😀" * 40, "../../etc/passwd",
    "%00", "%2e", "' OR 1=1 --", "<script>alert(1)</script>", "=1+1", "\r\nX-A: b", "{{7*7}}",
    "1e999", "NaN", "-0", "9" * 400, "KAZ", "2024-02-30", "0001-01-01", "9999-12-31",
)  # fmt: skip
ODD_VALUES = (
    *ODD, None, True, [], {}, 10**400, -(10**19), 1e308, float("nan"), float("-inf"), 2**63,
    [[[[]]]], {"\x00": "\x00"}, {"": None},
)  # fmt: skip
Message = MutableMapping[str, Any]


class Fuzzer:
    """An application, things it knows to ask for, and one way to ask."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.schema = schemathesis.openapi.from_dict(app.openapi())
        self.session: requests.Session = asgi.get_client(_from_here(app))
        me = self.session.get(f"{HERE}/api/v1/accounts/me")
        self.signed_in = {"Cookie": me.headers["set-cookie"].partition(";")[0],
                          "X-CSRF-Token": me.json()["csrf"]}  # fmt: skip
        self.known = Known(app, self._post)
        self.seen: dict[str, set[int]] = {}

    def _post(self, path: str, **what: Any) -> Any:
        told = self.session.post(f"{HERE}/api/v1/{path}", headers=self.signed_in, **what)
        assert told.status_code < 300, f"{path}: {told.text}"
        return told.json()

    def check(self, label: str, examples: int, *, start: int = 0) -> None:
        """Send requests of one operation; the first answer that is not as described is raised."""
        operation = self.schema[label.split()[1]][label.split()[0]]
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        told = operation.query or operation.path_parameters or operation.body
        if not told or (examples < 3 and not operation.body):
            modes.pop()  # nothing can be wrong with such a request
        for mode in modes:
            count = examples if mode is GenerationMode.POSITIVE else max(1, examples // 2)
            self._turn = 0
            # Not drawn from the same well as the request: what is done to it goes by turns, and
            # Hypothesis gives up where one beginning goes on in two ways.
            self._chance = random.Random(f"{start} {label} {mode.value}")
            self._run(label, operation.as_strategy(generation_mode=mode), count, start)

    def _run(self, label: str, cases: Any, examples: int, start: int) -> None:
        @pace(
            derandomize=not start, max_examples=examples, database=None, deadline=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=cases)
        def ask(case: schemathesis.Case) -> None:
            body = self._vary(case)
            # Signing in has tests of its own: what was made up for it would hide all else.
            case.cookies, case.headers = {}, {**(case.headers or {}), **self.signed_in}
            more: dict[str, Any] = {}
            if case.media_type == "application/json" and isinstance(body, dict | list):
                # Written here: as it is, with numbers and letters that JSON libraries refuse.
                more["data"] = json.dumps(body)
                case.headers["Content-Type"] = "application/json"
            response = case.call(
                base_url=HERE, session=self.session, allow_redirects=False, timeout=120, **more
            )
            self.seen.setdefault(label, set()).add(response.status_code)
            case.validate_response(response, checks=CHECKS)
            _check_headers(response)

        (seed(start)(ask) if start else ask)()

    def _vary(self, case: schemathesis.Case) -> Any:
        """As it was made up; or with names there are; or that with one thing spoiled.

        Gives the body to send.
        """
        body, pick = case.body, self._chance.choice
        lot, self._turn = self._turn % 4, self._turn + 1
        if lot == 2:
            return body
        given = dict(case.path_parameters or {})
        for name in sorted(given, reverse=True):  # a key belongs to a kind
            if good := self.known.names(case.operation.path, name, given):
                given[name] = pick(good)
        case.path_parameters, case.headers = given, {}
        case.query = dict(pick(self.known.queries(case.operation.path)))
        if is_json := case.media_type == "application/json":
            bodies = self.known.bodies(case.operation.path, given)
            body = copy.deepcopy(pick(bodies))
        asked = [each.name for each in case.operation.query]
        if lot == 0:
            return body
        if is_json and (not asked or pick((True, False))):
            _spoil(body, pick)
        elif asked:
            case.query[pick(asked)] = pick(_SENDABLE)
        elif given:
            given[pick(sorted(given))] = pick(_IN_PATH)
        return body


_SENDABLE = [text for text in ODD if text.isprintable() or text == "\x00"]
# A client takes steps up out of a path before it sends it; those are sent by hand elsewhere.
_IN_PATH = [text for text in _SENDABLE if text and "/" not in text]


def operations(app: FastAPI) -> list[str]:
    """``GET /api/v1/health`` and so on: every operation of the description."""
    return [
        f"{method.upper()} {path}"
        for path, each in app.openapi()["paths"].items() for method in each
    ]  # fmt: skip


def _from_here(app: FastAPI) -> Callable[..., Awaitable[None]]:
    async def moved(scope: Message, receive: Any, send: Any) -> None:
        await app({**scope, "client": ("127.0.0.1", 50000)}, receive, send)

    return moved


def _check_headers(response: schemathesis.Response) -> None:
    headers = {name: values[0] for name, values in response.headers.items()}
    assert "script-src" in headers["content-security-policy"] or (
        "sandbox" in headers["content-security-policy"]
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"].startswith(("private", "no-store")), headers["cache-control"]
    if response.status_code >= 400:
        assert headers["content-type"] == "application/problem+json"
        told = json.loads(response.content)
        assert told["status"] == response.status_code
        assert "Traceback" not in response.text
    elif headers.get("content-type") == "application/json":
        json.loads(response.content, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def _spoil(body: dict[str, Any], pick: Callable[[Sequence[Any]], Any]) -> None:
    """Put an odd value somewhere inside."""
    places = list(_places(body))
    inside, key = pick(places) if places else (body, "odd")
    inside[key] = pick(ODD_VALUES)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
