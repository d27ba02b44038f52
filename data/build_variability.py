"""Check the hand-written variability of trip components and write the table ``variability``.

Each coefficient of variation is recomputed from the published figures in its ``derivation``.
Run: ``python data/build_variability.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import exp, inf, log, sqrt
from pathlib import Path
from statistics import NormalDist, mean, stdev

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
COMPONENTS = (
    *("line_rail", "line_road", "line_sea", "line_water", "line_air", "ferry"),
    *("border_rail", "border_road", "gauge_change"),
    *("rail_terminal", "port_dwell", "airport_handling", "transshipment", "canal"),
    *("wait_train", "wait_ship", "wait_ferry", "wait_flight", "road_loading"),
)
UNIFORM_CV = 1 / sqrt(3)
Z95 = NormalDist().inv_cdf(0.95)
COLUMNS: dict[str, tuple[str, str]] = {
    "component": ("-", "part of a trip"),
    "country_group": ("-", "rail, road or port group of country_groups; empty: everywhere else"),
    "distribution": ("-", "lognormal, or uniform on 0 to twice the mean"),
    "cv": ("1", "standard deviation over mean, trip to trip"),
    "cv_low": ("1", "low value"),
    "cv_high": ("1", "high value"),
    "derivation": ("-", "rules and published figures that give cv; '|': geometric mean of several"),
    "source_title": ("-", "source of the figures; imputed rows say so here"),
    "source_url": ("-", "address of the source; empty where imputed"),
    "year": ("year", "year of the measurement or publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what the figures are, and where the range comes from"),
}


def cv_of_sigma(sigma: float) -> float:
    """Coefficient of variation of a lognormal with standard deviation ``sigma`` of its log."""
    return sqrt(exp(sigma**2) - 1)


def lognormal_mean_ratio(z: float, ratio: float) -> float:
    """Coefficient of variation of a lognormal whose quantile at ``z`` is ``ratio`` x its mean.

    Solves ``z s - s**2 / 2 = log(ratio)`` for the smaller ``s``.
    """
    return cv_of_sigma(z - sqrt(z * z - 2 * log(ratio)))


def late_ships(on_time: float, late_days: float, window_days: float, trip_days: float) -> float:
    """From a share on time and the mean delay of late ships.

    On time: uniform within plus or minus the window. Late: the window plus an exponential delay.
    """
    late, excess = 1 - on_time, late_days - window_days
    square = late * (window_days**2 + 2 * window_days * excess + 2 * excess**2)
    square += on_time * window_days**2 / 3
    return sqrt(square - (late * late_days) ** 2) / trip_days


def late_exponential(share: float, mean_late: float, trip: float) -> float:
    """A ``share`` of trips is late by an exponential delay of mean ``mean_late``, others not."""
    return sqrt(2 * share * mean_late**2 - (share * mean_late) ** 2) / trip


def missed_connection(mean_hours: float, interval_hours: float, missed: float) -> float:
    """A uniform wait of this mean, and one more interval for the share that misses the ship."""
    variance = mean_hours**2 / 3 + interval_hours**2 * missed * (1 - missed)
    return sqrt(variance) / (mean_hours + interval_hours * missed)


RULES: dict[str, Callable[..., float]] = {
    "given": lambda cv: cv,
    "uniform": lambda: UNIFORM_CV,
    "mean_median": lambda m, median: sqrt((m / median) ** 2 - 1),
    "p95_median": lambda p, median: cv_of_sigma(log(p / median) / Z95),
    "quantile_median": lambda q, p, median: cv_of_sigma(log(p / median) / NormalDist().inv_cdf(q)),
    "range90": lambda low, high: cv_of_sigma(log(high / low) / (2 * Z95)),
    "buffer_index": lambda percent: lognormal_mean_ratio(Z95, 1 + percent / 100),
    "mean_share_over": lambda m, x, share: lognormal_mean_ratio(
        NormalDist().inv_cdf(1 - share), x / m
    ),
    "sd_mean": lambda sd, m: sd / m,
    "sample": lambda *values: stdev(values) / mean(values),
    "late_ships": late_ships,
    "late_exponential": late_exponential,
    "missed_connection": missed_connection,
}


def derived(text: str) -> float:
    """The coefficient of variation of a ``derivation``: ``rule numbers [| rule numbers ...]``."""
    found = []
    for part in text.split("|"):
        rule, *numbers = part.split()
        found.append(RULES[rule](*map(float, numbers)))
    return exp(mean(log(cv) for cv in found))


def groups_of(component: str, groups: pd.DataFrame) -> set[str]:
    """Country groups a component can go by."""
    if component == "port_dwell":
        return set(groups["port_group"])
    if component in {"line_road", "border_road", "road_loading"}:
        return set(groups["road_group"])
    return set(groups["rail_group"])


def row_faults(row: dict[str, str], groups: pd.DataFrame) -> list[str]:
    """Faults of one row."""
    try:
        low, cv, high = (float(row[c]) for c in ("cv_low", "cv", "cv_high"))
        expected = derived(row["derivation"])
    except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        return [f"cannot be computed: {error!r}"]
    found = []
    if row["component"] not in COMPONENTS:
        found.append("unknown component")
    if row["country_group"] and row["country_group"] not in groups_of(row["component"], groups):
        found.append(f"no group {row['country_group']!r} for this component")
    if not 0 <= low <= cv <= high < inf:
        found.append(f"cv {low}, {cv}, {high}")
    if abs(cv - expected) > 0.0051:
        found.append(f"cv {cv} but its derivation gives {expected:.3f}")
    if row["distribution"] not in {"lognormal", "uniform"}:
        found.append(f"distribution {row['distribution']!r}")
    if (row["distribution"] == "uniform") != (row["derivation"] == "uniform"):
        found.append("a uniform wait and no other has the derivation 'uniform'")
    imputed = row["source_title"].startswith("imputed")
    if imputed and row["confidence"] != "low":
        found.append("imputed rows are of low confidence")
    if not imputed and not row["source_url"].startswith("http"):
        found.append("no address")
    if row["confidence"] not in {"high", "medium", "low"} or not row["year"].isdigit():
        found.append("confidence or year")
    return found


def faults(frame: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each."""
    if list(frame.columns) != list(COLUMNS):
        return [f"columns are {list(frame.columns)}"]
    groups = pd.read_csv(FACTS / "country_groups.csv", dtype=str, keep_default_na=False)
    key = frame["component"] + "." + frame["country_group"]
    found = [f"{k}: given twice" for k in key[key.duplicated()]]
    general = set(frame.loc[frame["country_group"] == "", "component"])
    found += [f"{c}: no row without a group" for c in sorted(set(COMPONENTS) - general)]
    for name, record in zip(key, frame.to_dict("records"), strict=True):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{name}: {fault}" for fault in row_faults(row, groups)]
    return found


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS / "variability.csv", dtype=str, keep_default_na=False)
    found = faults(frame)
    if found:
        print(f"variability: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    imputed = frame["source_title"].str.startswith("imputed").sum()
    print(f"{len(frame)} rows, {imputed} imputed")
    if "--check" not in sys.argv:
        write_table(
            "variability",
            frame,
            title="How much the parts of a trip vary from trip to trip",
            script="data/build_variability.py",
            sources=[
                {
                    "title": "World Bank, The Cost of Being Landlocked (2010)",
                    "url": "https://issuu.com/world.bank.publications/docs/9780821384084/66",
                    "licence": "CC BY 3.0 IGO",
                    "vintage": "2005 to 2008",
                },
                {
                    "title": "US Federal Highway Administration, freight performance measures",
                    "url": "https://ops.fhwa.dot.gov/freight/freight_analysis/",
                    "licence": "public domain",
                    "vintage": "2001 to 2012",
                },
                {
                    "title": "Other publications named on the rows",
                    "url": "https://www.sea-intelligence.com/",
                    "licence": "single facts cited",
                    "vintage": "1972 to 2026",
                },
            ],
            columns=COLUMNS,
            notes="A cv holds for the whole time of the component in one trip, not per kilometre. "
            "Components are taken as independent of each other; congestion that hits several at "
            "once makes the true spread wider. A group's row replaces the row without group. "
            "Rows whose source begins with 'imputed' belong into every sensitivity test.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
