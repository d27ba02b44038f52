"""Paging and cached answers: the seams that every endpoint uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.testclient import TestClient

from beltroad.app.api import _caching
from beltroad.app.api._caching import Kept, Shelf, body_of, cached, remembered
from beltroad.app.api._paging import Page, Paged, Paging, page_of, pages_of
from beltroad.app.database import Database
from beltroad.errors import InputError


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def client(asked: list[str]) -> Iterator[TestClient]:
    app = FastAPI()

    @app.get("/numbers", response_model=Page[int])
    def numbers(request: Request, paging: Paged, least: int = 0) -> Response:
        def build() -> Page[int]:
            asked.append(str(request.url.query))
            return page_of(range(least, 1000), paging, shape=lambda n: n)

        return cached(request, build, max_age=5)

    with TestClient(app) as made:
        yield made


def test_a_page_says_where_it_stands_and_links_to_the_others(client: TestClient) -> None:
    answer = client.get("/numbers?least=10&page=2&per_page=100")
    body = answer.json()
    assert body["items"] == list(range(110, 210))
    assert (body["total"], body["page"], body["per_page"], body["pages"]) == (990, 2, 100, 10)
    links = {
        part.split(";")[1].strip(): part.split(";")[0].strip(" <>")
        for part in answer.headers["link"].split(",")
    }
    assert links['rel="next"'] == "/numbers?least=10&page=3&per_page=100"
    assert links['rel="prev"'] == "/numbers?least=10&page=1&per_page=100"
    assert links['rel="last"'] == "/numbers?least=10&page=10&per_page=100"
    assert client.get(links['rel="last"']).json()["items"][-1] == 999
    far = client.get("/numbers?page=999999")
    assert far.json()["items"] == []
    assert 'rel="next"' not in far.headers["link"]


@pytest.mark.parametrize("query", ["page=0", "page=-1", "per_page=0", "per_page=201", "page=x",
                                   "page=99999999999999999999"])  # fmt: skip
def test_pages_out_of_bounds_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/numbers?{query}").status_code == 422


def test_odd_queries_make_no_broken_header(client: TestClient) -> None:
    answer = client.get("/numbers?x=%0d%0aSet-Cookie:a%3Db&y=%ff%e4%b8%ad&z=%3E%3B")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "\n" not in answer.headers["link"]
    assert answer.headers["link"].count("<") == answer.headers["link"].count(">") == 3


def test_an_answer_is_made_once_and_known_again(client: TestClient, asked: list[str]) -> None:
    first = client.get("/numbers?per_page=200", headers={"Accept-Encoding": "identity"})
    again = client.get("/numbers?per_page=200", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert not again.content
    assert again.headers["etag"] == first.headers["etag"]
    assert asked == ["per_page=200"]
    assert first.headers["cache-control"] == "private, max-age=5"
    assert client.get("/numbers?per_page=199").headers["etag"] != first.headers["etag"]
    packed = client.get("/numbers?per_page=200", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == first.json()
    assert client.get("/numbers", headers={"If-None-Match": '"x", *'}).status_code == 304


def test_page_of_cuts_or_takes_what_was_cut() -> None:
    assert pages_of(0, 50) == 1
    assert pages_of(101, 50) == 3
    cut = page_of(["c"], Paging(3, 1), total=5)
    assert (cut.items, cut.total, cut.pages) == (["c"], 5, 5)


def test_a_shelf_makes_each_answer_once_and_keeps_to_its_size() -> None:
    shelf = Shelf(limit=2_500)
    made: list[int] = []

    def make() -> Kept:
        time.sleep(0.02)
        made.append(1)
        return Kept(b"x" * 1000, "text/plain")

    threads = [threading.Thread(target=shelf.get, args=("a", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    shelf.get("b", make)
    shelf.get("c", make)
    shelf.get("a", make)  # the oldest was put out
    assert len(made) == 4

    def fails() -> Kept:
        raise InputError("no")

    for _ in range(2):  # a fault is not kept, and leaves no lock behind
        with pytest.raises(InputError):
            shelf.get("d", fails)


def test_bodies_are_plain_json() -> None:
    assert body_of({"a": float("nan")}) == (b'{"a":null}', "application/json")
    assert body_of(Page[int](items=[1], total=1, page=1, per_page=50, pages=1))[0].startswith(
        b'{"items":[1]'
    )
    assert body_of("é\ud800")[0] == "é?".encode()


def test_small_readings_are_remembered_until_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    now = [100.0]
    monkeypatch.setattr(_caching.time, "monotonic", lambda: now[0])
    with database.session() as session:
        session.execute(sa.text("CREATE TABLE t (n INTEGER)"))

    def count() -> int:
        with database.session(write=False) as session:
            return int(session.execute(sa.text("SELECT count(*) FROM t")).scalar_one())

    assert remembered(database, "n", count) == 0
    with database.session() as session:
        session.execute(sa.text("INSERT INTO t VALUES (1)"))
    assert remembered(database, "n", count) == 1  # our own write is seen at once
    other = Database(database.url.render_as_string())
    with other.session() as session:
        session.execute(sa.text("INSERT INTO t VALUES (2)"))
    assert remembered(database, "n", count) == 1
    now[0] += 0.6
    assert remembered(database, "n", count) == 2  # another's a moment later
    database.dispose()
    other.dispose()
