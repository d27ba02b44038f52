"""From a request to bytes that count: patience, limits, whole documents, cache, offline."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from beltroad.errors import InputError
from beltroad.evidence.connectors import Access, FetchError, RawCache, Request, comtrade, pip
from beltroad.evidence.connectors.complete import check_whole
from beltroad.evidence.connectors.export import export_bytes
from beltroad.evidence.connectors.request import Retry, extra, printable
from beltroad.evidence.connectors.transport import Reply, RequestsTransport

Make = Callable[..., Access]
BODY = b'{"value": 1}'


def ask(path: str = "data", base: str = "https://example.org", **options: Any) -> Request:
    return Request("test", f"{base}/{path}", options.pop("kind", "json"), "cc-by-4.0", **options)


# --- cache -------------------------------------------------------------------------------------


def test_bytes_are_kept_with_where_they_come_from(access_to: Make, cache: RawCache) -> None:
    raw = access_to({"": [BODY]}).get(ask(params=(("a", "1;2"),)))
    assert raw.read() == BODY
    (entry,) = cache.entries("test")
    assert entry == {
        "provider": "test", "url": "https://example.org/data?a=1;2", "accept": "",
        "retrieved": "2026-11-22T12:00:00Z", "status": 200, "length": len(BODY),
        "sha256": hashlib.sha256(BODY).hexdigest(), "licence": "cc-by-4.0", "content_type": "",
        "last_modified": "",
    }  # fmt: skip


def test_an_answer_is_asked_for_once_until_it_is_old(access_to: Make, clock: Any) -> None:
    access = access_to({"": [BODY]})
    assert not access.get(ask()).from_cache
    assert access.get(ask()).from_cache
    clock.at += timedelta(days=31)
    assert not access.get(ask()).from_cache
    access.refresh = True
    assert not access.get(ask()).from_cache
    assert len(access.transport.asked) == 3


def test_a_new_answer_replaces_the_old_one_wholly(access_to: Make, cache: RawCache) -> None:
    access = access_to({"": [BODY, b'{"value": 2}']}, refresh=True)
    access.get(ask())
    access.get(ask())
    assert len(list(cache.folder.rglob("*.raw"))) == 1
    found = cache.find(ask())
    assert found is not None
    assert found.read() == b'{"value": 2}'


@pytest.mark.parametrize("harm", ["bytes", "cut", "gone", "sidecar", "escape"])
def test_damage_is_found(harm: str, access_to: Make, cache: RawCache, tmp_path: Path) -> None:
    access = access_to({"": [BODY]})
    raw = access.get(ask())
    sidecar = next(cache.folder.rglob("*.json"))
    if harm == "bytes":
        raw.path.write_bytes(BODY.replace(b"1", b"7"))
    elif harm == "cut":
        raw.path.write_bytes(BODY[:-1])
    elif harm == "gone":
        raw.path.unlink()
    elif harm == "sidecar":
        sidecar.write_text(sidecar.read_text()[:40])
    else:
        about = json.loads(sidecar.read_text()) | {"sha256": "../" * 21 + "x"}
        sidecar.write_text(json.dumps(about))
    access.offline = True
    with pytest.raises(FetchError, match="run once without --offline"):
        access.get(ask())
    access.offline = False
    assert access.get(ask()).read() == BODY
    assert len(access.transport.asked) == 2


def test_a_stop_leaves_what_was_there(access_to: Make, cache: RawCache) -> None:
    access_to({"": [BODY]}).get(ask())

    class Stopped:
        @contextmanager
        def open(self, request: Request) -> Iterator[Reply]:
            def chunks() -> Iterator[bytes]:
                yield b'{"val'
                raise KeyboardInterrupt

            yield Reply(200, {}, chunks())

    with pytest.raises(KeyboardInterrupt):
        Access(cache=cache, transport=Stopped(), refresh=True).get(ask())
    assert list(cache.folder.rglob("*.part")) == []
    found = cache.find(ask())
    assert found is not None
    assert found.read() == BODY


def test_left_over_parts_of_killed_processes_go(access_to: Make, cache: RawCache) -> None:
    folder = cache.folder / "test"
    folder.mkdir(parents=True)
    for name, age in (("old.part", 90_000), ("new.part", 10)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age, time.time() - age))
    access_to({"": [BODY]}).get(ask())
    assert [path.name for path in folder.glob("*.part")] == ["new.part"]


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BELTROAD_CACHE", str(tmp_path / "c"))
    assert RawCache.default().folder == tmp_path / "c" / "raw"
    monkeypatch.setenv("BELTROAD_CACHE", "off")
    off = RawCache.default()
    assert tmp_path not in off.folder.parents
    off._temporary.cleanup()
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(FetchError, match="BELTROAD_CACHE"), RawCache(blocked / "raw").part(ask()):
        pass


# --- offline -----------------------------------------------------------------------------------


def test_offline_opens_no_socket(access_to: Make, cache: RawCache,
                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    access_to({"": [BODY]}).get(ask())

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    offline = Access(cache=cache, offline=True)
    assert offline.get(ask()).read() == BODY
    assert offline.transport is None
    with pytest.raises(FetchError, match=r"not in the cache: https://example.org/other"):
        offline.get(ask("other"))
    with pytest.raises(AssertionError, match="a socket was opened"):  # so the guard works
        Access(cache=cache, attempts=1).get(ask("other"))


def test_offline_takes_old_answers(access_to: Make, clock: Any) -> None:
    access = access_to({"": [BODY]})
    access.get(ask())
    clock.at += timedelta(days=900)
    access.offline = True
    assert access.get(ask()).retrieved.year == 2026


def test_when_the_network_fails_the_copy_is_named_not_taken(access_to: Make, clock: Any) -> None:
    access = access_to({"": [BODY, Retry("no connection")]}, attempts=2)
    access.get(ask())
    clock.at += timedelta(days=40)
    with pytest.raises(FetchError, match="A copy of 2026-11-22 is in the cache: use --offline"):
        access.get(ask())


# --- patience ----------------------------------------------------------------------------------


def test_passing_faults_are_met_with_growing_pauses(access_to: Make, clock: Any) -> None:
    busy: Any = (503, {}, b"busy")
    access = access_to({"": [busy, Retry("no connection"), busy, BODY]}, pause_s=0.0)
    assert access.get(ask()).read() == BODY
    assert clock.slept == [1.0, 2.0, 4.0]


def test_the_provider_says_how_long_to_wait(access_to: Make, clock: Any) -> None:
    dated = {"retry-after": "Sun, 22 Nov 2026 12:00:37 GMT"}
    access = access_to(
        {"": [(429, {"retry-after": "7"}, b""), (429, dated, b""), BODY]}, pause_s=0.0
    )
    access.get(ask())
    assert clock.slept == [7.0, 30.0]
    with pytest.raises(FetchError, match="asks to wait 3600 s"):
        access_to({"": [(429, {"retry-after": "3600"}, b"")]}).get(ask("b"))


def test_patience_ends(access_to: Make, clock: Any) -> None:
    access = access_to({"": [(500, {}, b"<h1>Oops\x1b[31m</h1>")]}, attempts=3)
    with pytest.raises(FetchError, match=r"HTTP 500: <h1>Oops \[31m</h1>, after 3 tries"):
        access.get(ask())


def test_a_refusal_is_final(access_to: Make) -> None:
    access = access_to({"": [(404, {}, b'{"message":"No such dataflow"}')]})
    with pytest.raises(FetchError, match=r"HTTP 404.*No such dataflow"):
        access.get(ask())
    assert len(access.transport.asked) == 1


def test_requests_keep_their_distance(access_to: Make, clock: Any) -> None:
    access = access_to({"": [BODY]}, pause_s=0.5)
    for path in "abc":
        access.get(ask(path))
    assert clock.slept == pytest.approx([0.5, 0.5])


# --- whole documents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("json", b'[{"a": 1}, {"b"'), ("json", b"<html>down</html>"), ("json", b""),
        ("csv", b"a,b\n1,2\n3"), ("csv", b'a,b\n1,"2\n3,4\n'), ("csv", b"down for maintenance"),
        ("csv", b"a,b\n\xff,1\n"), ("xml", b"<a><b></a>"), ("sdmx", b"<a><b>"),
        ("sdmx", b"A,B\n1"), ("zip", b"PK\x03\x04cut"), ("zip", b"<html></html>"),
    ],
)  # fmt: skip
def test_half_documents_are_no_data(kind: str, text: bytes, access_to: Make,
                                    cache: RawCache) -> None:  # fmt: skip
    with pytest.raises(FetchError, match="after 2 tries"):
        access_to({"": [text]}, attempts=2).get(ask(kind=kind))
    assert list(cache.folder.rglob("*.raw")) == []
    assert cache.entries("test") == []


def test_whole_documents_pass(tmp_path: Path) -> None:
    for kind, text in (
        ("csv", '\ufeffa,b\n1,"x\ny"\n\n'.encode()), ("xml", b"<a><b/></a>"), ("json", b"[]"),
    ):  # fmt: skip
        path = tmp_path / kind
        path.write_bytes(text)
        check_whole(path, kind)


def test_a_length_that_is_not_the_announced_one_is_refused(access_to: Make) -> None:
    short = (200, {"content-length": "40"}, BODY)  # whole as a document, and yet not what was sent
    access = access_to({"": [short, BODY]})
    assert access.get(ask()).read() == BODY
    with pytest.raises(FetchError, match="12 of 40 bytes"):
        access_to({"": [short]}, attempts=2).get(ask("b"))


def test_an_answer_that_is_too_long_is_refused(access_to: Make, cache: RawCache) -> None:
    access = access_to({"": [b'"' + b"x" * 100 + b'"']})
    with pytest.raises(FetchError, match="longer than"):
        access.get(ask(max_bytes=50))
    assert list(cache.folder.rglob("*.p*")) == []
    assert len(access.transport.asked) == 1


def test_exports_carry_sources_and_refuse_what_may_not_be_passed_on(
    access_to: Make, fixture_bytes: Callable[[str], bytes]
) -> None:
    answers = {"comtrade": [fixture_bytes("comtrade.json")], "pip": [fixture_bytes("pip.csv")]}
    access = access_to(answers)
    kept = comtrade.fetch(comtrade.Query(("CHN",), period="2023"), access)
    with pytest.raises(InputError, match="un-comtrade"):
        export_bytes(kept, "trade.csv")
    rows = pip.fetch(pip.Query(("POL",), "2018"), access)
    rows.loc[0, "flags"] = "=1+1"
    files = export_bytes(rows, "poor.csv")
    assert list(files) == ["poor.csv", "poor.licences.csv"]
    assert b",'=1+1," in files["poor.csv"]  # no formula in a spreadsheet
    assert b"CC BY 4.0" in files["poor.licences.csv"]
    assert export_bytes(rows, "poor.csv") == files
    for name, frame in (("poor.xlsx", rows), ("poor.csv", rows.iloc[:0])):
        frame.attrs = rows.attrs
        with pytest.raises(InputError):
            export_bytes(frame, name)


def test_only_https() -> None:
    for url in ("http://example.org/a", "ftp://example.org", "file:///etc/passwd"):
        with pytest.raises(InputError, match="https"):
            Request("test", url, "json", "cc-by-4.0")


def test_a_missing_package_names_the_extra() -> None:
    with pytest.raises(InputError, match=r"no_such_package.*beltroad\[fetch\]"):
        extra("no_such_package", "this")
    assert printable("a\x1b[1m\n" + "b" * 300, 10) == "a [1m bbb…"


# --- the real transport, against a server of our own -------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """Answers by path; counts what was asked."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        Handler.seen.append((self.path, self.headers.get("Ocp-Apim-Subscription-Key", "")))
        turn = sum(each == self.path for each, _ in Handler.seen)
        body, headers, status = BODY, {}, 200
        if path == "/gzip":
            body, headers = gzip.compress(BODY), {"Content-Encoding": "gzip"}
        elif path == "/busy" and turn < 3:
            status, headers, body = 429, {"Retry-After": "2"}, b"slow down"
        elif path == "/away":
            status, headers, body = 302, {"Location": "/data"}, b""
        length = len(body) + (5 if (path == "/cut" and turn < 2) or path == "/always-cut" else 0)
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if length != len(body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.fixture
def real(cache: RawCache, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Access:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Access(cache=cache, sleep=clock.sleep, clock=clock.seconds, now=clock.now, attempts=3)


def test_real_answers(server: str, real: Access, clock: Any) -> None:
    assert real.get(ask("data", server)).read() == BODY
    assert real.get(ask("gzip", server)).read() == BODY  # its length is that before unpacking
    assert real.get(ask("away", server)).read() == BODY
    assert real.get(ask("busy", server)).read() == BODY
    assert 2.0 in clock.slept


def test_a_real_answer_that_is_cut_off(server: str, real: Access, cache: RawCache) -> None:
    assert real.get(ask("cut", server)).read() == BODY
    with pytest.raises(FetchError, match="after 3 tries"):
        real.get(ask("always-cut", server))
    assert len(cache.entries("test")) == 1


def test_no_server(real: Access, server: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchError, match="no connection"):
        real.get(ask("data", f"http://127.0.0.1:{port}"))


def test_a_key_goes_to_its_host_and_nowhere_else(
    server: str, real: Access, cache: RawCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = {"key_header": "Ocp-Apim-Subscription-Key", "key_env": "MY_KEY"}
    with pytest.raises(InputError, match="MY_KEY is not set"):
        real.get(ask("data", server, **keyed))
    monkeypatch.setenv("MY_KEY", "s3cret")
    real.get(ask("data", server, **keyed))
    assert Handler.seen == [("/data", "s3cret")]
    with pytest.raises(FetchError, match="HTTP 302"):
        real.get(ask("away", server, **keyed))
    assert len(Handler.seen) == 2
    assert all(
        b"s3cret" not in path.read_bytes() for path in cache.folder.rglob("*") if path.is_file()
    )


@pytest.mark.skipif(
    not os.environ.get("BELTROAD_LIVE"), reason="asks the World Bank: set BELTROAD_LIVE=1"
)
def test_live(tmp_path: Path) -> None:
    from beltroad.evidence.connectors import world_bank

    access = Access(cache=RawCache(tmp_path), transport=RequestsTransport())
    frame = world_bank.fetch(world_bank.Query(("NY.GDP.MKTP.CD",), ("KAZ",), "2022"), access)
    assert frame["value"].iloc[0] == pytest.approx(225e9, rel=0.1)
