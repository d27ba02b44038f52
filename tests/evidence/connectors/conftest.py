"""A transport that answers from a list, and access with a cache of its own, for the connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from beltroad.evidence.connectors import Access, Raw, RawCache, Request
from beltroad.evidence.connectors.transport import Reply

FIXTURES = Path(__file__).parent / "fixtures"
Answer = bytes | tuple[int, Mapping[str, str], bytes] | Exception


@dataclass
class Canned:
    """Answers requests in order from lists by a part of the address; notes what was asked."""

    answers: dict[str, list[Answer]]
    asked: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @contextmanager
    def open(self, request: Request) -> Iterator[Reply]:
        self.asked.append(request.address)
        self.requests.append(request)
        for part, listed in self.answers.items():
            if part in request.address:
                answer = listed.pop(0) if len(listed) > 1 else listed[0]
                break
        else:
            raise AssertionError(f"nothing canned for {request.address}")
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
        received = len(body)
        yield Reply(status, headers, iter([body[:10], body[10:]]), lambda: received)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.at.timestamp()

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path) -> RawCache:
    return RawCache(tmp_path / "raw")


@pytest.fixture
def access_to(cache: RawCache, clock: Clock) -> Callable[..., Access]:
    """Access whose answers are canned: ``access_to({"part of address": [bytes, ...]})``."""

    def make(answers: Mapping[str, Sequence[Answer]], **options: object) -> Access:
        transport = Canned({part: list(listed) for part, listed in answers.items()})
        return Access(
            cache=cache, transport=transport, sleep=clock.sleep, clock=clock.seconds,
            now=clock.now, **options,
        )  # fmt: skip

    return make


@pytest.fixture
def fixture_bytes() -> Callable[[str], bytes]:
    return lambda name: (FIXTURES / name).read_bytes()


@pytest.fixture
def raw_of(tmp_path: Path) -> Callable[..., Raw]:
    """Provenance for a pure parse, where the bytes come from nowhere."""

    def make(provider: str, licence: str = "cc-by-4.0") -> Raw:
        request = Request(provider, "https://example.org/data", "json", licence)
        moment = datetime(2026, 11, 22, tzinfo=UTC)
        return Raw(request, tmp_path / "none", "0" * 64, 0, 200, moment)

    return make
