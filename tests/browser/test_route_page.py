"""The page on routes in a real browser: fits, loads nothing, picks routes by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beltroad.appraisal.report import projection, routedrawings
from beltroad.appraisal.report.routepage import route_page
from beltroad.infrastructure.routes.closures import Closure
from beltroad.infrastructure.routes.export import Query
from beltroad.infrastructure.routes.find import Answer
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.route import Leg, Route, Stop
from beltroad.infrastructure.routes.schedule import Trip, compared
from beltroad.infrastructure.routes.spread import Part, Variability, spread_of

EVIL = "<script>alert(1)</script>\"'&"
LUCK = Variability(
    {
        (c, ""): ("lognormal", 0.2)
        for c in ("line_sea", "line_air", "line_rail", "border_rail", "port_dwell", "wait_train")
    }
)


def leg(mode: str, points: list[tuple[float, float]], hours: float, usd: float) -> Leg:
    spent = (Part(f"line_{mode}", "", mode, hours),)
    return Leg(
        mode, "Aford", "Beeton", ("CHN", "USA"), 9000.0, hours, usd, 10 * usd,
        np.array(points, float), ("suez",), spent,
    )  # fmt: skip


def stop(name: str, lat: float, lon: float, component: str, hours: float, kind: str) -> Stop:
    spent = (Part(component, "", name, hours),)
    return Stop(kind, name, hours, 50.0, 5.0, 2.0, lat, lon, spent)


def trip(family: str, *steps: Leg | Stop) -> Trip:
    none = np.empty(0, np.int64)
    bare = Route(family, steps, spread_of((), LUCK), none, none.astype(bool))
    return Trip(replace(bare, spread=spread_of(bare.parts, LUCK)), datetime(2026, 3, 2))


def answer(name: str = EVIL) -> tuple[Answer, list[Trip], Query]:
    """Three routes over the Pacific, one name of which is hostile."""
    a, b = (31.2, 121.5), (33.7, -118.2)
    trips = [
        trip("air", stop("Aford", *a, "wait_train", 9, "airport"), leg("air", [a, b], 12, 30000)),
        trip(
            "sea", stop("Aford", *a, "port_dwell", 90, "port"), leg("sea", [a, (45, 178), b],
            400, 900), stop(name, *b, "port_dwell", 80, "port"),
        ),
        trip(
            "rail", leg("rail", [a, (60, 160)], 200, 2000),
            stop(name, 60, 160, "border_rail", 30, "border"), leg("sea", [(60, 160), b], 300, 950),
        ),
    ]  # fmt: skip
    places = Place(f"Aford {name}", "city", "CHN", *a), Place("Beeton", "city", "USA", *b)
    closed = (Closure("strait", ("suez",), f"Suez {name}"),)
    query = Query(closed=closed, depart=datetime(2026, 3, 2), usd_per_day=500.0, scenario=name)
    return Answer(*places, (), tuple(t.route for t in trips), (f"Note {name}",)), trips, query


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found, trips, query = answer()
    path = tmp_path_factory.mktemp("route") / "route.html"
    path.write_text(route_page(found, compared(trips), query), encoding="utf-8")
    return path


class Opened:
    """A page with what it asked for and what it complained about."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page, self.address = page, path.as_uri()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", lambda m: self.complaints.append(m.text))
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.on("dialog", lambda d: self.complaints.append(d.message))
        page.goto(self.address)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def opened(request: pytest.FixtureRequest, browser: Any, page_file: Path) -> Iterator[Opened]:
    page = browser.new_page(viewport=dict(zip(("width", "height"), request.param, strict=True)))
    yield Opened(page, page_file)
    page.close()


# --- without a browser --------------------------------------------------------------------------


def test_hostile_names_stay_text_and_the_page_is_the_same_every_time() -> None:
    texts = {route_page(*answer()) for _ in range(2)}
    (text,) = texts
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "http://" not in text
    assert text.count("<script>") == 1
    route_page(*answer("\x00\x1b[31m\u202e"))


def test_what_costs_is_said_as_plainly_as_what_gains() -> None:
    text = route_page(*answer("Ceeville"))
    assert "is the price of each day that route 1 saves" in text
    assert "must be kept in reserve" in text
    assert "is the longest stop: Aford, route 2" in text
    assert "Closed to everyone" in text


def test_the_map_is_fitted_across_the_pacific_with_no_line_over_its_edge() -> None:
    _, trips, _ = answer("Ceeville")
    drawn = routedrawings.route_map(trips, [("Aford", 31.2, 121.5), ("Beeton", 33.7, -118.2)])
    first, last = drawn.ends
    assert first.x < 0.2 * routedrawings.WIDTH
    assert last.x > 0.8 * routedrawings.WIDTH
    assert drawn.land
    for each in drawn.routes:
        for _, path in each.lines:
            assert path.count("M") == 1
        assert 0 < each.zoom <= 1
    # The meridian that the drawing turns about is that of the shared projection.
    x, _ = projection.project(np.array([0.0]), np.array([projection.CENTRE]))
    assert x[0] == 0.0


def test_one_route_alone_and_places_side_by_side_can_be_drawn() -> None:
    found, trips, query = answer("Ceeville")
    for single in trips:
        assert "One way" in route_page(found, [single], query)
    near = trip("sea", leg("sea", [(1.0, 103.0), (1.01, 103.01)], 5, 10))
    assert "svg" in route_page(found, [near], query)


# --- in a browser -------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_page_fits_loads_nothing_and_does_not_complain(opened: Opened) -> None:
    assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert opened.requests == [opened.address]
    assert opened.complaints == []


@pytest.mark.browser
def test_text_is_large_enough_to_read(opened: Opened) -> None:
    heights = opened.page.eval_on_selector_all(
        "svg.routes text, svg.scatter text",
        "all => all.filter(t => t.checkVisibility()).map(t => t.getBoundingClientRect())"
        ".map(b => Math.min(b.height, b.width + 99)).filter(h => h > 0)",
    )
    assert heights
    assert min(heights) >= 9


@pytest.mark.browser
def test_a_route_is_picked_by_click_and_by_keyboard_and_let_go(opened: Opened) -> None:
    page = opened.page
    world = page.locator("svg.routes").get_attribute("viewBox")
    button = page.locator(".picker [data-pick='2']")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert "Route 2" in (page.locator(".chosen").text_content() or "")
    assert page.locator("svg.routes .r.on").get_attribute("data-route") == "2"
    assert page.locator("tr.on").count() == 2
    page.keyboard.press("Escape")
    assert page.locator(".on").count() == 0
    assert page.locator("svg.routes").get_attribute("viewBox") == world
    page.locator(".compare [data-pick='3']").focus()
    page.keyboard.press("Enter")
    assert "Route 3" in (page.locator(".chosen").text_content() or "")
    page.locator(".picker .all").click()
    assert page.locator(".on").count() == 0
    page.locator("svg.scatter .p[data-route='1'] circle").click(force=True)
    assert "Route 1" in (page.locator(".chosen").text_content() or "")


@pytest.mark.browser
def test_print_shows_all_steps_and_no_controls(opened: Opened) -> None:
    page = opened.page
    page.locator(".picker [data-pick='2']").click()
    page.emulate_media(media="print")
    assert not page.locator(".picker").is_visible()
    assert not page.locator("button.pick:visible").count()
    assert page.locator("svg.routes .b:visible").count() == 3


@pytest.mark.browser
def test_works_without_script(browser: Any, page_file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator(".compare tbody tr").count() == 3
    assert page.locator("svg.routes .way:visible").count() >= 3
    assert page.locator(".picker").is_hidden()
    assert page.locator(".compare .plain-num:visible").count() == 3
    page.locator(".compare a").first.click()
    assert page.locator("#way-1 table").is_visible()
    context.close()
