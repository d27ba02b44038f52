"""Check and write the tables on border regimes: who shares one, defaults, closed borders.

Writes ``border_regimes``, ``border_defaults`` and ``border_closed`` from the hand-written facts
of the same names under ``data/facts``. Run: ``python data/build_border_regimes.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pycountry

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
KNOWN = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
KINDS = {"free_movement", "light", "customs_union", "trade_agreement", "programme", "club"}
SOURCE = ("-", "source; imputed and unconfirmed rows say so here")
CONFIDENCE = ("-", "high, medium or low")

REGIMES = {
    "iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "group": ("-", "short name of the group"),
    "kind": ("-", "free_movement, light, customs_union, trade_agreement, programme or club"),
    "joined": ("-", "ISO date on which the regime began to hold for this country"),
    "source_title": SOURCE,
    "source_url": ("-", "address of the source"),
    "note": ("-", "what the regime means at the border"),
}
DEFAULTS = {
    "priority": ("1", "classes are tried in this order, the first that fits a pair holds"),
    "class": ("-", "class of the pair of countries"),
    "rule": ("-", "which pairs belong to the class"),
    "mode": ("-", "rail or road"),
    "wait_hours": ("hours", "time to cross, both sides, without gauge change: central"),
    "wait_low_hours": ("hours", "the same, low"),
    "wait_high_hours": ("hours", "the same, high"),
    "fee_usd": ("USD per lorry or container load of about 20 t", "charges, both sides"),
    "source_title": SOURCE,
    "source_url": ("-", "address of the source; empty where imputed"),
    "source_year": ("year", "year of the measurement"),
    "confidence": CONFIDENCE,
    "note": ("-", "how the figure is made up"),
}
CLOSED = {
    "iso3_a": ("-", "one side, the codes in alphabetical order"),
    "iso3_b": ("-", "other side"),
    "mode": ("-", "all or road"),
    "since": ("-", "ISO date; the day is nominal where the note gives a year only"),
    "state": ("-", "shut, or uncertain where the last report read is old and may be overtaken"),
    "note": ("-", "what is shut"),
    "source_title": SOURCE,
    "source_url": ("-", "address of the source; empty where unconfirmed"),
    "confidence": CONFIDENCE,
}


def read(name: str) -> pd.DataFrame:
    """One facts file, all text."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def faults(regimes: pd.DataFrame, defaults: pd.DataFrame, closed: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the three tables."""
    for code in {*regimes.iso3, *closed.iso3_a, *closed.iso3_b} - KNOWN:
        yield f"unknown country code {code!r}"
    for row in regimes[regimes.duplicated(["iso3", "group"])].itertuples():
        yield f"border_regimes: {row.iso3} twice in {row.group}"
    for kind in set(regimes.kind) - KINDS:
        yield f"border_regimes: unknown kind {kind!r}"
    for name, column, dates in (
        ("border_regimes", "joined", regimes.joined),
        ("border_closed", "since", closed.since),
    ):
        if pd.to_datetime(dates, format="%Y-%m-%d", errors="coerce").isna().any():
            yield f"{name}: {column} holds something that is not an ISO date"
    for row in defaults.itertuples():
        low, mid, high = (
            float(v) for v in (row.wait_low_hours, row.wait_hours, row.wait_high_hours)
        )
        if not 0 < low <= mid <= high or float(row.fee_usd) < 0:
            yield f"border_defaults: row {row.Index}: {low}, {mid}, {high}, fee {row.fee_usd}"
    for name, mode in defaults.groupby("class")["mode"]:
        if sorted(mode) != ["rail", "road"]:
            yield f"border_defaults: class {name} has modes {sorted(mode)}"
    if not (closed.iso3_a < closed.iso3_b).all() or closed.duplicated(["iso3_a", "iso3_b"]).any():
        yield "border_closed: pairs must be alphabetical and unique"


def main() -> None:
    """Check, then write the three tables."""
    regimes, defaults, closed = (
        read(n) for n in ("border_regimes", "border_defaults", "border_closed")
    )
    found = list(faults(regimes, defaults, closed))
    if found:
        raise SystemExit("\n".join(found))
    script = "data/build_border_regimes.py"
    official = {
        "title": "Official pages of the groups, named on the rows",
        "url": "https://home-affairs.ec.europa.eu/policies/schengen/schengen-area_en",
        "licence": "facts",
        "vintage": "2025",
    }
    carec = {
        "title": "CAREC Corridor Performance Measurement and Monitoring",
        "url": "https://cpmm.carecprogram.org/",
        "licence": "facts cited; CC BY 3.0 IGO",
        "vintage": "2020 to 2023",
    }
    press = {
        "title": "Surveys, vehicle tracking and news reports named on the rows",
        "url": "https://www.africanews.com/2025/11/10/nigers-tchiani-keeps-border-with-benin-"
        "closed-citing-security-concerns",
        "licence": "single facts cited",
        "vintage": "2013 to 2025",
    }
    write_table(
        "border_regimes",
        regimes.sort_values(["group", "iso3"], ignore_index=True),
        title="Groups of countries with free or light borders between them",
        script=script,
        sources=[official],
        columns=REGIMES,
        notes="Dates of the older groups are general knowledge, checked for order and not one by "
        "one against the treaties.",
    )
    write_table(
        "border_defaults",
        defaults,
        script=script,
        title="Default time and charge at a land border, by class of country pair and mode",
        sources=[carec, press],
        columns=DEFAULTS,
        notes="Use only where the table borders gives no wait. Rows whose source begins with "
        "'imputed' are judgements set beside the measured classes. Rail waits leave out the "
        "change of gauge, which is a parameter of its own.",
    )
    write_table(
        "border_closed",
        closed,
        title="Land borders closed to freight",
        script=script,
        sources=[press],
        columns=CLOSED,
        notes="A statement on traffic, not on status. Rows with state 'uncertain' are best left "
        "open unless a scenario closes them.",
    )


if __name__ == "__main__":
    main()
