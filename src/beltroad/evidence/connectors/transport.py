"""The one place that opens sockets. Everything above it can be given another transport."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

from beltroad.errors import InputError
from beltroad.evidence.connectors.request import FetchError, Request, Retry, extra, printable

__all__ = ["Reply", "RequestsTransport", "Transport"]

_BLOCK = 1 << 16


@dataclass(frozen=True)
class Reply:
    """An answer whose body has not been read yet.

    Attributes
    ----------
    headers
        Names in lower case.
    chunks
        The body, decoded; reading it may raise :class:`Retry`.
    received
        Bytes that came over the wire so far (before decoding), to compare with Content-Length;
        None where that is not known.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]
    received: Callable[[], int | None] = lambda: None


class Transport(Protocol):
    """Anything that answers a request."""

    def open(self, request: Request) -> AbstractContextManager[Reply]:
        """Send the request; raise :class:`Retry` where it could not be."""


class RequestsTransport:
    """HTTPS through ``requests``: certificates checked, proxies of the environment used.

    Parameters
    ----------
    timeout_s
        Seconds to wait for a connection, and for each next piece of the answer.
    """

    def __init__(self, timeout_s: tuple[float, float] = (15.0, 120.0)) -> None:
        self._requests: Any = extra("requests", "fetching data")
        self._timeout = timeout_s

    @contextmanager
    def open(self, request: Request) -> Iterator[Reply]:
        """Send the request and yield the answer, which is closed afterwards."""
        headers = {"User-Agent": f"beltroad/{version('beltroad')}"}
        if request.accept:
            headers["Accept"] = request.accept
        if request.key_env:
            key = os.environ.get(request.key_env, "")
            if not key:
                raise InputError(
                    f"the environment variable {request.key_env} is not set; put the key there"
                )
            headers[request.key_header] = key
        with self._requests.Session() as session:
            yield from self._send(session, request, headers)

    def _send(self, session: Any, request: Request, headers: dict[str, str]) -> Iterator[Reply]:
        errors = self._requests.exceptions
        try:
            # A header with a key would follow a redirect to another host, so none is followed then.
            answer = session.get(
                request.address, headers=headers, timeout=self._timeout, stream=True,
                allow_redirects=not request.key_env,
            )  # fmt: skip
        except (errors.InvalidURL, errors.InvalidSchema, errors.TooManyRedirects) as error:
            raise FetchError(f"{request.address}: {printable(str(error))}") from None
        except errors.SSLError as error:
            raise FetchError(
                f"the certificate of {request.address} was not accepted: {printable(str(error))}"
            ) from None
        except errors.RequestException as error:
            raise Retry(f"no connection: {printable(str(error))}") from None

        def chunks() -> Iterator[bytes]:
            try:
                yield from answer.iter_content(_BLOCK)
            except errors.RequestException as error:
                raise Retry(f"the connection broke off: {printable(str(error))}") from None

        with answer:
            yield Reply(
                status=answer.status_code,
                headers={name.lower(): value for name, value in answer.headers.items()},
                chunks=chunks(),
                received=answer.raw.tell,
            )
