"""Review after a project: what was planned, what came, what it teaches, and its reference class."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.risk.journal import Event, Journal, checked_text

__all__ = ["classes", "lessons", "review_project"]

_FIRST_YEAR, _LAST_YEAR = 1950, 2100
_COST_USD, _AMOUNT = (1.0, 1e15), (1e-9, 1e15)


def review_project(
    journal: Journal,
    project: str,
    *,
    mode: str,
    iso3: str,
    planned_cost_usd: float,
    actual_cost_usd: float,
    price_year: int,
    lesson: str,
    by: str,
    planned_years: float | None = None,
    actual_years: float | None = None,
    planned_benefit: float | None = None,
    actual_benefit: float | None = None,
    source: str = "",
) -> None:
    """Note what a finished project was planned to be and became.

    Parameters
    ----------
    mode
        Reference class, such as rail or port.
    planned_cost_usd, actual_cost_usd
        In prices of ``price_year``; planned is the estimate at the decision to build.
    planned_years, actual_years
        From the decision to build to opening.
    planned_benefit, actual_benefit
        In one unit of their own, such as passengers of the first full year.

    Raises
    ------
    InputError
        With all values that cannot be, or half a pair.
    """
    wrong = []
    for name, value in (
        ("planned_cost_usd", planned_cost_usd),
        ("actual_cost_usd", actual_cost_usd),
        ("planned_years", planned_years),
        ("actual_years", actual_years),
        ("planned_benefit", planned_benefit),
    ):
        least, most = _COST_USD if name.endswith("usd") else _AMOUNT
        if value is not None and not least <= value <= most:
            wrong.append(f"{name} {value:g}: give {least:g} to {most:g}")
    if actual_benefit is not None and not 0 <= actual_benefit <= _AMOUNT[1]:
        wrong.append(f"actual_benefit {actual_benefit:g}: give 0 to {_AMOUNT[1]:g}")
    for name, pair in (("years", (planned_years, actual_years)),
                       ("benefit", (planned_benefit, actual_benefit))):  # fmt: skip
        if (pair[0] is None) != (pair[1] is None):
            wrong.append(f"planned_{name} and actual_{name} go together")
    if not _FIRST_YEAR <= price_year <= _LAST_YEAR:
        wrong.append(f"price_year {price_year}: give a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    if wrong:
        raise InputError(f"review of {project!r:.60}: " + "; ".join(wrong))
    data = {
        "mode": checked_text(mode, "mode", longest=40), "iso3": economies.iso3(iso3),
        "planned_cost_usd": planned_cost_usd, "actual_cost_usd": actual_cost_usd,
        "price_year": int(price_year), "planned_years": planned_years,
        "actual_years": actual_years, "planned_benefit": planned_benefit,
        "actual_benefit": actual_benefit, "lesson": checked_text(lesson, "lesson"),
        "source": checked_text(source, "source", empty=True),
    }  # fmt: skip
    journal.append("project.reviewed", checked_text(project, "project", longest=120), data, by=by)


def lessons(events: Iterable[Event]) -> pd.DataFrame:
    """Finished projects, the latest review of each.

    Returns
    -------
    DataFrame
        project, mode, iso3, planned and actual figures, cost_overrun_share, delay_share and
        benefit_share (actual over planned, less one; 0.2 is 20 per cent more), lesson, source,
        by, at.
    """
    last = {event.id: event for event in events if event.what == "project.reviewed"}
    names = ["mode", "iso3", "planned_cost_usd", "actual_cost_usd", "price_year", "planned_years",
             "actual_years", "planned_benefit", "actual_benefit", "lesson", "source"]  # fmt: skip
    rows = [{"project": key, **{n: e.data[n] for n in names}, "by": e.by, "at": e.at}
            for key, e in sorted(last.items())]  # fmt: skip
    table = pd.DataFrame(rows, columns=["project", *names, "by", "at"])
    pairs = (("cost_overrun_share", "cost_usd"), ("delay_share", "years"),
             ("benefit_share", "benefit"))  # fmt: skip
    for share, name in pairs:
        planned = pd.to_numeric(table[f"planned_{name}"])
        actual = pd.to_numeric(table[f"actual_{name}"])
        table[share] = actual.astype(float) / planned.astype(float) - 1
    return table


def classes(events: Iterable[Event]) -> pd.DataFrame:
    """Reference classes of one's own finished projects, in the columns of the table ``overrun``.

    Returns
    -------
    DataFrame
        mode, basis (mean_sd), mean_share, sd_share (n - 1 in the denominator), projects,
        over_half_share, tail_mean_share. Modes with fewer than two projects are left out: one
        project has no spread.
    """
    rows = []
    for mode, group in lessons(events).groupby("mode", sort=True):
        over = group["cost_overrun_share"]
        tail = over[over > 0.5]
        if len(over) < 2:
            continue
        rows.append(
            (
                mode,
                "mean_sd",
                over.mean(),
                over.std(ddof=1),
                len(over),
                len(tail) / len(over),
                tail.mean() if len(tail) else float("nan"),
            )
        )
    return pd.DataFrame(rows, columns=["mode", "basis", "mean_share", "sd_share", "projects",
                                       "over_half_share", "tail_mean_share"])  # fmt: skip
