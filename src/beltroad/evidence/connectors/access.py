"""Getting an answer: from the cache, or from the provider with patience and checks.

A download counts only when its length is the one announced, the document can be read to its end
and the provider's own check accepts it. Until then it is a temporary file.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from beltroad.errors import InputError
from beltroad.evidence.connectors.complete import check_whole
from beltroad.evidence.connectors.raw_cache import RawCache
from beltroad.evidence.connectors.request import (
    FetchError,
    NoDataError,
    Raw,
    Request,
    Retry,
    printable,
)
from beltroad.evidence.connectors.transport import Reply, RequestsTransport, Transport

__all__ = ["Access", "Check"]

Check = Callable[[Path], None]
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_LONGEST_WAIT_S = 120.0
_SHOWN_BYTES = 2000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Access:
    """How data are had.

    Attributes
    ----------
    cache
        Where raw bytes are kept.
    transport
        What sends requests; made on first use if None.
    offline
        Never send anything: what is not in the cache is an error.
    refresh
        Ask again for what is in the cache.
    max_age_days
        Older answers are asked for again, unless offline.
    attempts
        How often a passing fault is met with another try.
    pause_s
        Shortest time between two requests to one provider.
    """

    cache: RawCache = field(default_factory=RawCache.default)
    transport: Transport | None = None
    offline: bool = False
    refresh: bool = False
    max_age_days: float = 30.0
    attempts: int = 5
    pause_s: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now
    _sent: dict[str, float] = field(default_factory=dict, repr=False)

    def get(
        self, request: Request, *, check: Check | None = None, keeps: bool = False,
        refresh: bool = False,
    ) -> Raw:  # fmt: skip
        """Get the answer to a request.

        Parameters
        ----------
        check
            The provider's own check of a finished download; raises to refuse it.
        keeps
            The address names a release that does not change: its age does not matter.
        refresh
            Ask again for this one.

        Raises
        ------
        FetchError
            If it cannot be had whole, or offline is not in the cache or damaged there.
        """
        try:
            found = self.cache.find(request)
        except FetchError as error:
            if self.offline:
                raise FetchError(f"{error}; run once without --offline to fetch it again") from None
            found = None
        if self.offline:
            if found is None:
                raise FetchError(
                    f"not in the cache: {printable(request.address)}; "
                    "run once without --offline to fetch it"
                )
            return found
        if found is not None and not self.refresh and not refresh:
            age_days = (self.now() - found.retrieved).total_seconds() / 86400
            if keeps or age_days <= self.max_age_days:
                return found
        try:
            return self._download(request, check)
        except InputError:
            raise
        except FetchError as error:
            if found is None:
                raise
            raise FetchError(
                f"{error}. A copy of {found.retrieved:%Y-%m-%d} is in the cache: use --offline"
            ) from None

    def _download(self, request: Request, check: Check | None) -> Raw:
        last = ""
        for attempt in range(self.attempts):
            self._keep_distance(request.provider)
            try:
                return self._once(request, check)
            except Retry as fault:
                last = str(fault)
                if fault.after_s > _LONGEST_WAIT_S:
                    raise FetchError(
                        f"{request.provider}: {last}; it asks to wait {fault.after_s:.0f} s, "
                        "so try again later"
                    ) from None
                if attempt + 1 < self.attempts:
                    self.sleep(max(fault.after_s, float(2**attempt)))
        raise FetchError(
            f"{request.provider}: {last}, after {self.attempts} tries; {printable(request.address)}"
        )

    def _keep_distance(self, provider: str) -> None:
        if (last := self._sent.get(provider)) is not None:
            wait = self.pause_s - (self.clock() - last)
            if wait > 0:
                self.sleep(wait)
        self._sent[provider] = self.clock()

    def _once(self, request: Request, check: Check | None) -> Raw:
        if self.transport is None:
            self.transport = RequestsTransport()
        with self.transport.open(request) as reply, self.cache.part(request) as part:
            if reply.status != 200:
                _refuse(request, reply, self.now())
            length = 0
            for chunk in reply.chunks:
                length += len(chunk)
                if length > request.max_bytes:
                    raise FetchError(
                        f"{request.provider}: the answer is longer than "
                        f"{request.max_bytes / 1e6:,.0f} MB; ask for less"
                    )
                part.handle.write(chunk)
            part.handle.flush()
            _check_length(reply)
            try:
                check_whole(part.path, request.kind)
            except Retry:
                raise
            except FetchError as error:
                raise FetchError(f"{request.provider}: {error}") from None
            if check is not None:
                check(part.path)
            return self.cache.commit(
                request, part, status=reply.status, headers=dict(reply.headers), now=self.now()
            )


def _check_length(reply: Reply) -> None:
    announced, received = reply.headers.get("content-length", ""), reply.received()
    if announced.isdecimal() and received is not None and received != int(announced):
        raise Retry(f"the answer was cut off: {received} of {announced} bytes")


def _refuse(request: Request, reply: Reply, now: datetime) -> None:
    """Raise what an answer other than 200 means."""
    if reply.status == 204:
        raise NoDataError(f"{request.provider}: no data for {printable(request.address)}")
    text = b""
    for chunk in reply.chunks:
        text += chunk
        if len(text) > _SHOWN_BYTES:
            break
    said = printable(text.decode("utf-8", "replace"))
    told = f"HTTP {reply.status}" + (f": {said}" if said else "")
    if reply.status in _PASSING:
        raise Retry(told, _retry_after(reply.headers.get("retry-after", ""), now))
    raise FetchError(f"{request.provider}: {told}; {printable(request.address)}")


def _retry_after(text: str, now: datetime) -> float:
    """Seconds of a Retry-After header, which holds seconds or a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
