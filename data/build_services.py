"""Check the hand-written named services and write the four bundled tables about them.

``services`` (one row a service), ``service_places``, ``service_figures`` (one row a published
claim; claims that disagree stay beside each other) and ``service_lines``. The script changes
nothing in the facts but adds to each figure what kind of number it is; it refuses to write when
a row breaks a rule and names every fault at once.

Run: ``python data/build_services.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pycountry

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
SCRIPT = "data/build_services.py"
KINDS = {"rail", "sea", "air", "sea_rail", "port", "road", "digital"}
STATUS = {"operating", "building", "planned", "programme"}
ROLES = {"hub", "origin", "destination", "border", "port", "airport"}
MODES = {"rail", "sea", "air", "sea_rail", "rail_ferry", "road", "road_ferry", "water", "cable"}
CARRIES = {"freight", "passengers", "both", "data"}
STRAITS = {
    "babalmandab", "bosporus", "dardanelles", "gibraltar", "malacca", "ormuz", "panama",
    "south_africa", "suez", "sunda",
}  # fmt: skip
CONFIDENCE = {"high", "medium", "low"}
LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
WHEN = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?(/\d{4}-\d{2}(-\d{2})?)?")
# What each figure counts: its unit, and whether it is a flow of the period in as_of, a total
# since the beginning, the growth of a flow on the year before in percent, or a state.
FIGURES: dict[str, tuple[str, str]] = {
    **{
        flow: (unit, "flow")
        for flow, unit in {
            "trains": "trains", "teu": "TEU", "value": "USD", "passengers": "passengers",
            "freight": "tonnes", "cross_border_freight": "tonnes", "sailings": "sailings",
            "flights": "flights", "ship_calls": "calls", "vehicles": "vehicles",
        }.items()
    },
    **{
        f"cumulative_{flow}": (unit, "total")
        for flow, unit in {
            "trains": "trains", "teu": "TEU", "value": "USD", "passengers": "passengers",
            "freight": "tonnes", "cross_border_freight": "tonnes", "sailings": "sailings",
            "flights": "flights",
        }.items()
    },
    **{
        f"{flow}_growth": ("percent", "growth")
        for flow in ("trains", "teu", "passengers", "freight")
    },
    **{
        state: (unit, "state")
        for state, unit in {
            "cities_reached": "cities", "countries_reached": "countries", "ports_reached": "ports",
            "origin_cities": "cities", "routes": "routes", "goods_kinds": "kinds",
            "members": "members", "agreements": "agreements", "partner_countries": "countries",
            "flights_per_week": "flights per week", "trains_per_day": "trains per day",
            "trips_per_day": "trips per day", "passengers_per_day": "passengers per day",
            "journey_days": "days", "journey_hours": "hours", "length": "km", "roads": "km",
            "power_lines": "km", "power": "MW", "jobs": "jobs", "berths": "berths",
            "projects_completed": "projects", "progress": "percent", "stake": "percent",
            "utilisation": "percent", "capacity_teu": "TEU per year", "cost": "USD",
            "capacity_freight": "tonnes per year", "opening_year": "year", "rank_europe": "rank",
        }.items()
    },
}  # fmt: skip
SOURCE_COLUMNS = {
    "source_title": ("-", "who published it, and where it was read"),
    "source_url": ("-", "address; empty where the figure is remembered or had no address"),
    "source_year": ("year", "year of the source"),
    "confidence": ("-", "high: official or agency text; medium: reprint, summary; low: not read"),
    "note": ("-", "what is assumed, and what else is published"),
}
COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "services": {
        "service_id": ("-", "stable name of the service"),
        "name": ("-", "name in English"),
        "aliases": ("-", "other names, separated by semicolons"),
        "kind": ("-", "rail, sea, air, sea_rail, port, road or digital"),
        "status": ("-", "operating, building, planned, or programme (no transport of its own)"),
        "operator": ("-", "who runs it"),
        "since_year": ("year", "first year of service; empty where there is none yet"),
        "named_in": ("-", "programme documents that name it, separated by semicolons"),
        "summary": ("-", "what it is"),
        **SOURCE_COLUMNS,
    },
    "service_places": {
        "service_id": ("-", "service"),
        "place": ("-", "city, port, airport, station or crossing"),
        "role": ("-", "hub, origin, destination, border, port or airport"),
        "iso3": ("-", "ISO 3166-1 alpha-3 code; at a crossing, of its first side"),
        "lat": ("degree", "latitude, WGS 84"),
        "lon": ("degree", "longitude, WGS 84"),
        "locode": ("-", "UN/LOCODE of a port, or empty"),
        "iata": ("-", "IATA code of an airport, or empty"),
        "border_id": ("-", "crossing in the table borders, or empty"),
        "position_from": ("-", "where the position comes from"),
        **SOURCE_COLUMNS,
    },
    "service_figures": {
        "service_id": ("-", "service"),
        "figure": ("-", "what is counted"),
        "nature": ("-", "flow of a period, total to date, growth on the year before, or state"),
        "value": ("see the column unit", "the number claimed"),
        "unit": ("-", "unit of the value"),
        "as_of": ("-", "year, month or day; a period as from/to; a flow with a year is its total"),
        "qualifier": ("-", "exact, about or over, as the source words it"),
        "scope": ("-", "part of the service; empty for the whole"),
        "claimed_by": ("-", "whose number it is; 'computed' where two published ones give it"),
        **SOURCE_COLUMNS,
    },
    "service_lines": {
        "service_id": ("-", "service"),
        "line_id": ("-", "name of the line within the service"),
        "name": ("-", "from, over, to"),
        "origin": ("-", "where it starts"),
        "origin_iso3": ("-", "ISO 3166-1 alpha-3 code of the origin"),
        "origin_lat": ("degree", "latitude of the origin, WGS 84"),
        "origin_lon": ("degree", "longitude of the origin, WGS 84"),
        "destination": ("-", "where it ends"),
        "dest_iso3": ("-", "ISO 3166-1 alpha-3 code of the destination"),
        "dest_lat": ("degree", "latitude of the destination, WGS 84"),
        "dest_lon": ("degree", "longitude of the destination, WGS 84"),
        "mode": ("-", "rail, sea, air, sea_rail, rail_ferry, road, road_ferry, water or cable"),
        "carries": ("-", "freight, passengers, both or data"),
        "via": ("-", "crossings (table borders), ports (UN/LOCODE) and straits in their order"),
        "departures_per_week": ("departures per week", "as published; empty where not"),
        "km_published": ("km", "length as published; empty where not"),
        "days_published": ("days", "journey as published; empty where not"),
        "usd_per_teu_published": ("USD/TEU", "price as published; empty where not"),
        **SOURCE_COLUMNS,
    },
}
TITLES = {
    "services": "Named services of Belt and Road transport",
    "service_places": "Places of the named services",
    "service_figures": "What is claimed of the named services, claim by claim",
    "service_lines": "Lines of the named services",
}
SOURCES = [
    {
        "title": "Programme documents: Qiushi (January and February 2024), Guangming Daily "
        "(27 October 2025), Securities Times (2025)",
        "url": "http://en.qstheory.cn/2024-01/05/c_953091.htm",
        "licence": "facts cited",
        "vintage": "2024 to 2025",
    },
    {
        "title": "Statements of operators, ministries and statistical offices in agencies and "
        "newspapers, named on the rows",
        "url": "http://en.people.cn/n3/2024/0525/c90000-20174045.html",
        "licence": "single facts cited",
        "vintage": "2009 to 2026",
    },
    {
        "title": "GeoNames gazetteer (positions of cities)",
        "url": "https://www.geonames.org/",
        "licence": "CC BY 4.0",
        "vintage": "2025",
    },
]
NOTES = (
    "Every figure is a claim of somebody, not a measurement of ours; claims that disagree are kept "
    "side by side and compared by beltroad.infrastructure.services. Rows of low confidence were "
    "remembered, had no address, or contradict everything else; their note says which. Reprints "
    "are cited where the first publication could not be read. Destinations that a source leaves "
    "open ('Poland', 'South America') are given by a port or city that the note calls assumed."
)


def great_circle_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres between two positions in degrees."""
    a, b, c, d = map(math.radians, (lat1, lon1, lat2, lon2))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def source_faults(where: str, row: object) -> Iterator[str]:
    """What is wrong with the source of one row."""
    confidence, url = getattr(row, "confidence", ""), getattr(row, "source_url", "")
    if confidence not in CONFIDENCE:
        yield f"{where}: confidence {confidence!r}"
    if not (url.startswith("http") or (url == "" and confidence == "low")):
        yield f"{where}: address {url!r} with confidence {confidence}"
    if len(getattr(row, "source_title", "")) < 10 or not getattr(row, "source_year", "").isdigit():
        yield f"{where}: source is incomplete"
    title = getattr(row, "source_title", "")
    admitted = "not read" in title or "without an address" in title
    if confidence == "low" and not (getattr(row, "note", "") or admitted):
        yield f"{where}: low confidence without a reason"


def service_faults(table: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the table of services."""
    names: dict[str, str] = {}
    for row in table.itertuples(index=False):
        where = row.service_id
        yield from source_faults(where, row)
        if not re.fullmatch(r"[A-Z]+(-[A-Z]+)*", where):
            yield f"{where}: id is not a slug"
        if row.kind not in KINDS or row.status not in STATUS:
            yield f"{where}: kind {row.kind!r}, status {row.status!r}"
        if row.since_year and not 1900 < int(row.since_year) < 2030:
            yield f"{where}: since {row.since_year}"
        if len(row.summary) < 60 or not row.operator:
            yield f"{where}: no summary or operator"
        for name in {n.casefold() for n in (where, row.name, *row.aliases.split(";"))}:
            if names.setdefault(name, where) != where:
                yield f"{where}: name {name!r} is also one of {names[name]}"
    for double in table.service_id[table.service_id.duplicated()]:
        yield f"{double}: id given twice"


def place_faults(table: pd.DataFrame, borders: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the table of places."""
    known = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
    for row in table.itertuples(index=False):
        where = f"{row.service_id}, {row.place}"
        yield from source_faults(where, row)
        if row.role not in ROLES or row.iso3 not in known:
            yield f"{where}: role {row.role!r}, country {row.iso3!r}"
        if (row.role == "border") != bool(row.border_id):
            yield f"{where}: a border needs a border_id, and nothing else has one"
        if row.border_id:
            if row.border_id not in borders.index:
                yield f"{where}: no crossing {row.border_id!r} in borders.csv"
            elif (
                great_circle_km(
                    float(row.lat), float(row.lon),
                    *map(float, borders.loc[row.border_id, ["lat", "lon"]]),
                ) > 1
            ):  # fmt: skip
                yield f"{where}: not where borders.csv has {row.border_id}"
        if row.locode and not LOCODE.fullmatch(row.locode):
            yield f"{where}: UN/LOCODE {row.locode!r}"
        if (row.role == "airport") != bool(re.fullmatch("[A-Z]{3}", row.iata)):
            yield f"{where}: an airport needs an IATA code, and nothing else has one"
        if not (-60 <= float(row.lat) <= 75 and -180 <= float(row.lon) <= 180):
            yield f"{where}: position {row.lat}, {row.lon}"
    for double in table[table.duplicated(["service_id", "place", "role"])].itertuples():
        yield f"{double.service_id}, {double.place}: given twice"


def figure_faults(table: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the table of figures."""
    for row in table.itertuples(index=False):
        where = f"{row.service_id}, {row.figure} {row.as_of} {row.scope}".strip()
        yield from source_faults(where, row)
        if row.figure not in FIGURES or row.unit != FIGURES[row.figure][0]:
            yield f"{where}: no such figure, or not in {row.unit!r}"
        if not WHEN.fullmatch(row.as_of):
            yield f"{where}: as_of {row.as_of!r}"
        if row.qualifier not in {"exact", "about", "over"} or not row.claimed_by:
            yield f"{where}: qualifier {row.qualifier!r}, claimed by {row.claimed_by!r}"
        if not (float(row.value) > 0 or row.figure.endswith("_growth")):
            yield f"{where}: value {row.value}"
        if FIGURES.get(row.figure, ("", ""))[1] == "total" and len(row.as_of) != len("2024-01-01"):
            yield f"{where}: a total to date needs a day"
    key = ["service_id", "figure", "as_of", "scope", "source_title", "claimed_by"]
    for double in table[table.duplicated(key)].itertuples():
        yield f"{double.service_id}, {double.figure} {double.as_of}: one claim given twice"


def line_faults(table: pd.DataFrame, borders: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the table of lines."""
    for row in table.itertuples(index=False):
        where = f"{row.service_id}, {row.line_id}"
        yield from source_faults(where, row)
        if row.mode not in MODES or row.carries not in CARRIES:
            yield f"{where}: mode {row.mode!r}, carries {row.carries!r}"
        for step in filter(None, row.via.split(";")):
            if step not in borders.index and step not in STRAITS and not LOCODE.fullmatch(step):
                yield f"{where}: via {step!r} is no crossing, port or strait"
        ends = (row.origin_lat, row.origin_lon, row.dest_lat, row.dest_lon)
        direct = great_circle_km(*map(float, ends))
        if direct < 5:
            yield f"{where}: ends {direct:.0f} km apart"
        if row.km_published and not 0.98 * direct <= float(row.km_published) < 3 * direct:
            yield f"{where}: {row.km_published} km published, {direct:.0f} km as the crow flies"
        if row.days_published and not 50 < direct / float(row.days_published) < 5_000:
            yield f"{where}: {direct:.0f} km in {row.days_published} days"
        for column in ("departures_per_week", "usd_per_teu_published"):
            if getattr(row, column) and not float(getattr(row, column)) > 0:
                yield f"{where}: {column} {getattr(row, column)}"
    for double in table[table.duplicated(["service_id", "line_id"])].itertuples():
        yield f"{double.service_id}, {double.line_id}: given twice"


def link_faults(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Rows of services that do not exist, and services without places or figures."""
    services = set(tables["services"].service_id)
    for name in ("service_places", "service_figures", "service_lines"):
        for stray in sorted(set(tables[name].service_id) - services):
            yield f"{name}: no service {stray!r}"
    for bare in sorted(services - set(tables["service_figures"].service_id)):
        yield f"{bare}: no figures"
    placed = set(tables["service_places"].service_id)
    programmes = tables["services"].query("status == 'programme'").service_id
    for bare in sorted(services - placed - set(programmes)):
        yield f"{bare}: no places"


def main() -> None:
    """Check, then write the bundled tables."""
    tables = {
        name: pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in COLUMNS
    }
    borders = pd.read_csv(FACTS / "borders.csv", dtype=str, keep_default_na=False)
    borders = borders.set_index("border_id")
    found = [
        *service_faults(tables["services"]),
        *place_faults(tables["service_places"], borders),
        *figure_faults(tables["service_figures"]),
        *line_faults(tables["service_lines"], borders),
        *link_faults(tables),
    ]
    if found:
        raise SystemExit("\n".join(found))
    figures = tables["service_figures"]
    figures.insert(2, "nature", figures.figure.map({k: v[1] for k, v in FIGURES.items()}))
    for name, table in tables.items():
        write_table(
            name,
            table,
            title=TITLES[name],
            script=SCRIPT,
            sources=SOURCES,
            columns=COLUMNS[name],
            notes=NOTES,
        )


if __name__ == "__main__":
    main()
