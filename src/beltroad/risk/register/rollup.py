r"""From risks of projects to the rating of a country, and from countries to the whole.

*A country* is rated by the worst of: the residual rating of its own risks, the worst of its
projects' risks, and its grade (1-3 low, 4-5 medium, 6 high, 7 extreme). Beside it stands how likely
it is that at least one of its high or extreme risks happens within the horizon of the register.
How far risks happen together is not known, so this is a range (Fréchet's bounds) of the
probabilities p of the bands' middles,

.. math:: \max_i p_i \le P(\text{any}) \le \min\bigl(1, \textstyle\sum_i p_i\bigr).

*The whole* is rated by its own risks and by the highest rating that countries with at least a
tenth of the weight have, or exceed; the weight is an exposure, or one for each project.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

import pandas as pd

from beltroad.errors import InputError
from beltroad.risk.register.model import Risk
from beltroad.risk.register.scales import RATINGS, probability_pct, review_months, worst

__all__ = ["countries", "due_reviews", "links", "overall", "overdue_controls"]

_SHARE_THAT_COUNTS = 0.1
_BY_GRADE = {1: "low", 2: "low", 3: "low", 4: "medium", 5: "medium", 6: "high", 7: "extreme"}


def links(risks: Mapping[str, Risk]) -> pd.DataFrame:
    """Which risk feeds which: risk, feeds, kind (given, or derived from country and category)."""
    rows = []
    live = {key: risk for key, risk in risks.items() if risk.live}
    above = {"project": "country", "country": "overall"}
    for risk in live.values():
        rows += [(risk.id, up, "given") for up in risk.feeds if up in live]
        if risk.feeds or risk.level not in above:
            continue
        rows += [
            (risk.id, up.id, "derived") for up in live.values()
            if up.level == above[risk.level] and up.category == risk.category
            and up.iso3 in ("", risk.iso3)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["risk", "feeds", "kind"])


def countries(risks: Mapping[str, Risk], grades: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rating of every country that has a live risk.

    Parameters
    ----------
    grades
        iso3 and grade (1 best to 7), as of ``risk.country.grades()``.

    Returns
    -------
    DataFrame
        iso3, rating, own (rating of its own risks), projects (worst of its projects' risks),
        grade, risks, high (how many are high or extreme), any_high_from_pct, any_high_to_pct.
    """
    by_grade: dict[str, int] = {}
    if grades is not None:
        known = grades.dropna(subset=["grade"])
        by_grade = {str(k): int(v) for k, v in zip(known["iso3"], known["grade"], strict=True)}
        wrong = [code for code, grade in by_grade.items() if grade not in _BY_GRADE]
        if wrong:
            raise InputError(f"grades: {wrong[0]} has grade {by_grade[wrong[0]]}; give 1 to 7")
    rows = []
    live = [risk for risk in risks.values() if risk.live and risk.iso3]
    for code in sorted({risk.iso3 for risk in live}):
        mine = [risk for risk in live if risk.iso3 == code]
        own = worst([r.residual_rating for r in mine if r.level == "country" and r.residual_rating])
        projects = worst([r.residual_rating for r in mine
                          if r.level == "project" and r.residual_rating])  # fmt: skip
        grade = by_grade.get(code)
        graded = [_BY_GRADE[grade]] if grade else []
        high = [r for r in mine if r.residual_rating in ("high", "extreme")]
        chances = [100.0 if r.status == "materialised" else probability_pct(r.residual_step)
                   for r in high]  # fmt: skip
        rows.append({
            "iso3": code, "rating": worst([word for word in (own, projects, *graded) if word]),
            "own": own, "projects": projects, "grade": float("nan") if grade is None else grade,
            "risks": len(mine), "high": len(high),
            "any_high_from_pct": max(chances, default=0.0),
            "any_high_to_pct": min(100.0, sum(chances)),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["iso3", "rating", "own", "projects", "grade", "risks",
                                       "high", "any_high_from_pct", "any_high_to_pct"])  # fmt: skip


def overall(
    risks: Mapping[str, Risk], ratings: pd.DataFrame, exposure: pd.Series | None = None
) -> pd.DataFrame:
    """Rating of the whole, with what it comes from.

    Parameters
    ----------
    ratings
        Of :func:`countries`.
    exposure
        Weight by iso3, in USD say; without it every project with a live risk weighs one.

    Returns
    -------
    DataFrame
        One row for each of: own, countries, overall; rating, share_pct of the weight at that
        rating or above, note.
    """
    own = worst([r.residual_rating for r in risks.values()
                 if r.live and r.level == "overall" and r.residual_rating])  # fmt: skip
    if exposure is None:
        pairs = {(r.iso3, r.project) for r in risks.values() if r.live and r.project}
        exposure = pd.Series([code for code, _ in pairs], dtype=str).value_counts()
    weights = {str(k): float(v) for k, v in exposure.items()}
    if any(not weight >= 0 for weight in weights.values()):
        raise InputError("exposure: give 0 or more for every country")
    rated = {k: v for k, v in zip(ratings["iso3"], ratings["rating"], strict=True) if v}
    total = sum(weights.get(code, 0.0) for code in rated)
    found, share = "", 0.0
    for word in reversed(RATINGS):
        at_least = sum(weights.get(code, 0.0) for code, mine in rated.items()
                       if RATINGS.index(mine) >= RATINGS.index(word))  # fmt: skip
        if total and at_least / total >= _SHARE_THAT_COUNTS:
            found, share = word, at_least / total
            break
    unknown = sorted(set(weights) - set(rated))
    note = f"not rated: {', '.join(unknown)}" if unknown else ""
    return pd.DataFrame([
        {"part": "own", "rating": own, "share_pct": float("nan"), "note": ""},
        {"part": "countries", "rating": found, "share_pct": 100 * share, "note": note},
        {"part": "overall", "rating": worst([w for w in (own, found) if w]),
         "share_pct": float("nan"), "note": ""},
    ])  # fmt: skip


def overdue_controls(risks: Iterable[Risk], on: datetime.date) -> pd.DataFrame:
    """Planned or failed controls whose day has passed: risk, control, kind, owner, due, days."""
    rows = [
        (risk.id, c.id, c.title, c.kind, c.owner, c.due,
         (on - datetime.date.fromisoformat(c.due)).days)
        for risk in risks if risk.live for c in risk.controls
        if c.status in ("planned", "failed") and c.due
        and datetime.date.fromisoformat(c.due) < on
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["risk", "control", "title", "kind", "owner", "due",
                                        "days_late"])  # fmt: skip
    return table.sort_values(["due", "risk", "control"], kind="stable").reset_index(drop=True)


def due_reviews(risks: Iterable[Risk], on: datetime.date) -> pd.DataFrame:
    """Risks to be looked at again: monthly if high or extreme, quarterly if medium, else yearly.

    One that has not been assessed is due a month after it was added.
    """
    rows = []
    for risk in risks:
        if not risk.live:
            continue
        last = datetime.date.fromisoformat(risk.reviewed_on or risk.added_at[:10])
        due = _months_on(last, review_months(risk.residual_rating) if risk.residual_rating else 1)
        if due <= on:
            rows.append((risk.id, risk.title, risk.residual_rating, risk.owner, last.isoformat(),
                         due.isoformat()))  # fmt: skip
    table = pd.DataFrame(rows, columns=["risk", "title", "rating", "owner", "last", "due"])
    return table.sort_values(["due", "risk"], kind="stable").reset_index(drop=True)


def _months_on(day: datetime.date, months: int) -> datetime.date:
    """The same day some months on, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return min(following - datetime.timedelta(days=1), datetime.date(year, month, 1)
               + datetime.timedelta(days=day.day - 1))  # fmt: skip
