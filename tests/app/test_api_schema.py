"""The API answers as its description says, whatever it is sent, and describes all that matters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_cases import Fuzzer, operations
from fastapi import FastAPI

from beltroad.app.questions.debt import cases, listing
from beltroad.app.settings import Settings
from beltroad.finance.debt.inputs import prepared

# Few, since it runs with every change; benchmarks/api_fuzz.py sends as many as one likes.
EXAMPLES = 2
# Reading and placing the whole network, or checking megabytes of lines against a schema, takes
# seconds each; the long form does that.
HEAVY = (
    "/scenarios/check", "/projects/{project}/connections", "/geo/outlines", "/geo/network",
    "/latency", "/debt/map", "/countries/map", "/risk/map", "/compare/map", "/map/{name}",
)  # fmt: skip


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, limits=replace(settings.limits, queued_jobs_per_user=1000))


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few countries and short fans: it is about the shape of answers."""
    chosen = ("AGO", "KEN")
    monkeypatch.setattr(prepared, "codes", lambda: chosen)
    monkeypatch.setattr(prepared, "_ready", lambda: chosen)
    monkeypatch.setattr(cases, "DRAWS", 200)
    for kept in (prepared._countries, listing.countries, cases._memory):
        kept.cache_clear()
    listing._ratings_kept.clear()


def test_every_endpoint_answers_as_described(app: FastAPI) -> None:
    fuzzer = Fuzzer(app)
    wrong = []
    for label in operations(app):
        if label.endswith(HEAVY):
            continue
        try:
            fuzzer.check(label, EXAMPLES)
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 (all are told together)
            inner = getattr(error, "exceptions", (error,))
            wrong.append(f"{label}: {' '.join(map(str, inner))[:1500]}")
    assert not wrong, "\n\n".join(wrong)
    # It came through to the functions behind, not only to the refusals in front of them.
    answered = [label for label, seen in fuzzer.seen.items() if min(seen) < 300]
    assert len(answered) > 0.6 * len(fuzzer.seen), sorted(set(fuzzer.seen) - set(answered))


def test_the_description_says_what_each_operation_is_for_and_who_may(app: FastAPI) -> None:
    told = app.openapi()
    assert told["openapi"].startswith("3.1")
    schemes = told["components"]["securitySchemes"]
    assert schemes["session"]["in"] == "cookie"
    assert schemes["token"]["scheme"] == "bearer"
    each = [
        (method, path, operation)
        for path, methods in told["paths"].items() for method, operation in methods.items()
    ]  # fmt: skip
    names = [operation["operationId"] for _, _, operation in each]
    assert len(set(names)) == len(names)
    for method, path, operation in each:
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["tags"], where
        good = [a for code, a in operation["responses"].items() if code.startswith("2")]
        assert good, where
        for code, answer in operation["responses"].items():
            assert answer["description"], where
            content = answer.get("content", {})
            assert ("application/problem+json" in content) == (code[0] in "45"), (where, code)
            assert code not in ("204", "304") or not content, (where, code)
            for kind, shown in content.items():
                if code[0] == "2" and kind == "application/json" and "{name}" not in path:
                    assert shown.get("schema"), (where, kind)
        ways = operation["security"]
        if path == "/api/v1/health":
            assert ways == []
            continue
        assert operation["x-role"] in ("viewer", "analyst", "editor", "admin"), where
        assert {"401", "403"} <= set(operation["responses"]), where
        assert all(set(way) <= set(schemes) for way in ways), where
        assert ("form" in ways[0]) == (method != "get"), where
    by_hand = told["paths"]["/api/v1/accounts/tokens"]["post"]["security"]
    assert [set(way) for way in by_hand] == [{"session", "form"}]  # no token makes tokens
