"""Our mechanical ratings and classes of debt-carrying capacity beside the published ones."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.bri.steps import RATINGS
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.published.findings import classes, comparison, ratings, row
from beltroad.finance.debt.ratings.assess import Assessment, assess

__all__ = ["agreement", "class_table", "confusion", "our_ratings", "rating_table"]


def our_ratings(iso3: list[str] | None = None) -> dict[str, Assessment]:
    """Assessments of prepared countries that have a published rating (seconds each).

    Countries whose inputs cannot be projected are left out; :func:`rating_table` names them.
    """
    listed = set(ratings()["iso3"])
    chosen = [c for c in prepared.codes() if c in listed and (not iso3 or c in iso3)]
    found = {}
    for code in chosen:
        try:
            found[code] = assess(prepared.inputs(code))
        except InputError:
            continue
    return found


def rating_table(ours: Mapping[str, Assessment]) -> pd.DataFrame:
    """One row per published rating: ``iso3, ours, theirs, notches, published_on, why``.

    ``notches`` is ours less theirs on the scale low to in debt distress; NaN without ours.
    """
    rows = []
    for entry in ratings().itertuples():
        code, theirs = str(entry.iso3), str(entry.external_rating)
        case = ours.get(code)
        if case is None:
            rows.append((code, "", theirs, math.nan, str(entry.published_on), "no prepared inputs"))
            continue
        notches = RATINGS.index(case.external_rating) - RATINGS.index(theirs)
        rows.append(
            (code, case.external_rating, theirs, float(notches), str(entry.published_on),
             _why(case, theirs, notches))
        )  # fmt: skip
    columns = ["iso3", "ours", "theirs", "notches", "published_on", "why"]
    return pd.DataFrame(rows, columns=columns)


def _why(case: Assessment, theirs: str, notches: int) -> str:
    if notches == 0:
        return ""
    if theirs == "in debt distress":
        return "distress is an event; the prepared inputs say it is not under way"
    breach = case.signals.loc[case.signals["breach"], ["indicator", "case"]]
    baseline = sorted(set(breach.loc[breach["case"] == "baseline", "indicator"]))
    stress = sorted(set(breach.loc[breach["case"] == "stress", "indicator"]))
    if notches > 0 and case.external_rating == "high":
        return f"ours breaches in the baseline: {', '.join(baseline)}"
    if notches > 0:
        return f"ours breaches under stress: {', '.join(stress)}"
    if stress:
        return f"ours breaches under stress only: {', '.join(stress)}"
    return "no breach in ours"


def class_table(ours: Mapping[str, Assessment]) -> pd.DataFrame:
    """One row per published class of debt-carrying capacity.

    Columns ``iso3, ours_by_figures, ours_final, theirs, our_score, their_score, difference, year``.
    ``ours_by_figures`` is what the composite indicator gives, the honest comparison:
    ``ours_final`` may rest on the published class itself through the rule of two vintages. Empty
    or NaN without ours.
    """
    rows = []
    for entry in classes().to_dict("records"):
        case = ours.get(str(entry["iso3"]))
        by_figures, final, score = ("", "", math.nan) if case is None else (
            case.capacity.signal, case.capacity.final, case.capacity.composite
        )  # fmt: skip
        theirs = float(entry["score"])
        rows.append(
            (str(entry["iso3"]), by_figures, final, str(entry["debt_carrying_capacity"]), score,
             theirs, score - theirs, int(entry["year"]))
        )  # fmt: skip
    columns = ["iso3", "ours_by_figures", "ours_final", "theirs", "our_score", "their_score",
               "difference", "year"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def confusion(table: pd.DataFrame) -> pd.DataFrame:
    """Counts: rows ours, columns theirs, from :func:`rating_table`; rated countries only."""
    known = table[table["ours"] != ""]
    counts = pd.crosstab(known["ours"], known["theirs"])
    return counts.reindex(index=RATINGS, columns=RATINGS, fill_value=0)


def agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of equal and of neighbouring ratings, agreement beyond chance, and the mean shift.

    Countries listed as in debt distress are left out of all but the first share: the prepared
    inputs take that event from the same list, so that they agree by construction.
    """
    known = table.dropna(subset="notches")
    if known.empty:
        return comparison([])
    scored = known[known["theirs"] != RATINGS[-1]]
    notches = scored["notches"]
    gap = (
        "other vintage, open figures and rules for what is missing, no judgement (used in about "
        "one of five published analyses)"
    )
    name = "current_ratings"
    rows = [
        row(name, "equal, %", _share(known["notches"] == 0), 100.0,
            f"{len(known)} of {len(table)} listed; debt distress equal by construction; {gap}"),
        row(name, "equal without distress, %", _share(notches == 0), 100.0,
            f"{len(scored)} countries; {gap}"),
        row(name, "within one notch without distress, %", _share(notches.abs() <= 1), 100.0, gap),
        row(name, "always the most frequent rating, %",
            _share(scored["theirs"] == scored["theirs"].mode().iloc[0]), 100.0,
            "what a constant answer would score"),
        row(name, "kappa without distress", _kappa(scored["ours"], scored["theirs"]), 1.0,
            "agreement beyond chance: 0 none, 1 full"),
        row(name, "mean shift without distress, notches", float(notches.mean()), 0.0,
            "below 0: ours milder"),
    ]  # fmt: skip
    return comparison(rows)


def _share(true: pd.Series) -> float:
    return 100 * float(true.mean())


def _kappa(ours: pd.Series, theirs: pd.Series) -> float:
    """Cohen's kappa; NaN where chance alone gives full agreement."""
    equal = float((ours == theirs).mean())
    chance = sum(float((ours == r).mean() * (theirs == r).mean()) for r in RATINGS)
    return (equal - chance) / (1 - chance) if chance < 1 else math.nan
