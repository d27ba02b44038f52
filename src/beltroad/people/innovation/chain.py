"""Stage on a day, time in a stage, who is stuck, the funnel and the rates of moving on.

Time in a stage is known from both sides with error: a date may be a year only, a unit that was
``seen`` in a stage may have been in it for long (its time is a lower bound), and a unit that has
not moved yet is still counting. The share still in a stage after some time is therefore estimated
by the product limit of Kaplan and Meier (1958, JASA 53), not by the mean of finished stays.
"""

from __future__ import annotations

import math
from datetime import date
from itertools import zip_longest

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence.dates import days_of
from beltroad.people.innovation.records import STAGES, Records, bundled

__all__ = ["DAYS", "funnel", "quantile", "rates", "stage_on", "stuck", "time_in_stage"]

DAYS = 365.25


def stage_on(on: date, records: Records | None = None) -> pd.DataFrame:
    """Stage of every unit that is known to stand in one on a day.

    A move counts from the last day that its date can mean, so that nothing is known too early.

    Returns
    -------
    Columns unit_id, kind, name, iso3, stage, since, basis, reason, years_low, years_high (time in
    the stage by then; high is unbounded where the stage was only seen), seen (date of the last
    statement), years_since_seen, source_title, source_url, confidence.
    """
    found = bundled() if records is None else records
    happened = found.moves[[days_of(at)[1] <= on for at in found.moves["at"]]]
    last = happened.groupby("unit_id", sort=False).tail(1).set_index("unit_id")
    units = found.units[found.units["unit_id"].isin(last.index)]
    out = []
    for unit in units.to_dict("records"):
        move = last.loc[unit["unit_id"]]
        first, final = days_of(move["at"])
        out.append({
            "unit_id": unit["unit_id"], "kind": unit["kind"], "name": unit["name"],
            "iso3": unit["iso3"], "stage": move["to_stage"], "since": move["at"],
            "basis": move["basis"], "reason": move["reason"],
            "years_low": (on - final).days / DAYS,
            "years_high": math.inf if move["basis"] == "seen" else (on - first).days / DAYS,
            "seen": move["at"], "years_since_seen": (on - final).days / DAYS,
            "source_title": move["source_title"], "source_url": move["source_url"],
            "confidence": unit["confidence"],
        })  # fmt: skip
    columns = ["unit_id", "kind", "name", "iso3", "stage", "since", "basis", "reason", "years_low",
               "years_high", "seen", "years_since_seen", "source_title", "source_url",
               "confidence"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def time_in_stage(on: date, records: Records | None = None) -> pd.DataFrame:
    """Every stay of every unit in a stage up to a day.

    Returns
    -------
    Columns unit_id, kind, stage, since, until (empty while it lasts), to_stage, years (middle of
    what the dates allow), ended (bool), start_known (bool: false where the stage was only seen).
    """
    found = bundled() if records is None else records
    kinds = found.units.set_index("unit_id")["kind"]
    out = []
    for unit, moves in found.moves.groupby("unit_id", sort=False):
        steps = [row for row in moves.to_dict("records") if days_of(row["at"])[1] <= on]
        for row, after in zip_longest(steps, steps[1:]):
            end = on if after is None else _middle(after["at"])
            out.append({
                "unit_id": unit, "kind": kinds[unit], "stage": row["to_stage"],
                "since": row["at"], "until": "" if after is None else after["at"],
                "to_stage": "" if after is None else after["to_stage"],
                "years": max((end - min(_middle(row["at"]), end)).days, 0) / DAYS,
                "ended": after is not None, "start_known": row["basis"] != "seen",
            })  # fmt: skip
    columns = ["unit_id", "kind", "stage", "since", "until", "to_stage", "years", "ended",
               "start_known"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def quantile(years: pd.Series, ended: pd.Series, share: float) -> float:
    """Time after which ``share`` of stays have ended, by the product limit; infinite if never.

    Parameters
    ----------
    years, ended
        Length of each stay and whether it has ended; one that has not is censored at its length.
    """
    if not 0.0 < share < 1.0:
        raise InputError(f"share {share}: give a number between 0 and 1")
    left = 1.0
    stays = sorted(zip(years.astype(float), ended.astype(bool), strict=True))
    for time in sorted({value for value, over in stays if over}):
        at_risk = sum(value >= time for value, _ in stays)
        over = sum(value == time and end for value, end in stays)
        left *= 1.0 - over / at_risk
        if left <= 1.0 - share + 1e-12:
            return time
    return math.inf


def stuck(
    on: date, records: Records | None = None, *, years: float | None = None, share: float = 0.75
) -> pd.DataFrame:
    """Units that have stood in a stage before the last for longer than most do.

    Parameters
    ----------
    years
        Limit in years; by default the time by which ``share`` of the stays in the same stage had
        ended. Where so few have ended that this is not known, the ``share`` quantile of the time
        that units have stood in the stage so far is taken, and ``limit_from`` says so.

    Returns
    -------
    Rows of :func:`stage_on` with limit_years, limit_from and n (stays behind the limit), longest
    first. What it shows is that no later stage was read: a unit may have moved on unreported.
    """
    if years is not None and not (math.isfinite(years) and years > 0):
        raise InputError(f"years {years}: give a number above 0")
    now = stage_on(on, records)
    stays = time_in_stage(on, records)
    limits = {}
    for stage in STAGES[:-1]:
        here = stays[stays["stage"] == stage]
        if years is not None:
            limits[stage] = (years, "given", len(here))
        elif not here.empty:
            known = here[here["start_known"]]
            limit = quantile(known["years"], known["ended"], share)
            source = "product limit"
            if math.isinf(limit):
                limit, source = float(here["years"].quantile(share)), "time so far"
            limits[stage] = (limit, source, len(known if source == "product limit" else here))
    now = now[now["stage"].isin(limits)]
    found = now.assign(
        limit_years=[limits[stage][0] for stage in now["stage"]],
        limit_from=[limits[stage][1] for stage in now["stage"]],
        n=[limits[stage][2] for stage in now["stage"]],
    )
    found = found[found["years_low"] > found["limit_years"]]
    return found.sort_values(["years_low", "unit_id"], ascending=[False, True]).reset_index(
        drop=True
    )


def funnel(on: date, records: Records | None = None) -> pd.DataFrame:
    """How many units stand in each stage on a day, by kind and in all.

    Returns
    -------
    Columns kind (``all`` last), units, then one for each stage.
    """
    now = stage_on(on, records)
    out = []
    for kind, here in [*now.groupby("kind", sort=True), ("all", now)]:
        counts = here["stage"].value_counts()
        out.append({"kind": kind, "units": len(here)}
                   | {stage: int(counts.get(stage, 0)) for stage in STAGES})  # fmt: skip
    return pd.DataFrame(out, columns=["kind", "units", *STAGES])


def rates(on: date, records: Records | None = None) -> pd.DataFrame:
    """Moves from stage to stage, with the years that units stood there.

    Returns
    -------
    One row a stage: stage, stays, unit_years, moves to each stage (``to_...``), moves_per_year
    (moves over unit-years) with low and high, its 95 % limits for a Poisson count.
    """
    stays = time_in_stage(on, records)
    out = []
    for stage in STAGES:
        here = stays[stays["stage"] == stage]
        time, moved = float(here["years"].sum()), int(here["ended"].sum())
        low, high = _poisson(moved)
        row = {"stage": stage, "stays": len(here), "unit_years": time}
        row |= {f"to_{each}": int((here["to_stage"] == each).sum()) for each in STAGES}
        for name, count in (("moves_per_year", float(moved)), ("low", low), ("high", high)):
            row[name] = count / time if time > 0 else math.nan
        out.append(row)
    return pd.DataFrame(out)


def _middle(text: str) -> date:
    first, last = days_of(text)
    return first + (last - first) / 2


def _poisson(count: int) -> tuple[float, float]:
    """Exact 95 % limits of a Poisson mean, by bisection on its distribution function."""

    def below(mean: float, k: int) -> float:
        term = total = math.exp(-mean)
        for i in range(1, k + 1):
            term *= mean / i
            total += term
        return total

    def solve(k: int, target: float) -> float:
        low, high = 0.0, 10.0 + 4.0 * (k + 1)
        for _ in range(200):
            mid = (low + high) / 2
            low, high = (mid, high) if below(mid, k) > target else (low, mid)
        return low

    return (solve(count - 1, 0.975) if count else 0.0, solve(count, 0.025))
