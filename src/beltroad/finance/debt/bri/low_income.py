"""The framework for low-income partner countries: nine steps on top of the LIC-DSF.

"Debt Sustainability Framework for Participating Countries of the Belt and Road Initiative",
Ministry of Finance of China, 25 April 2019. Its class of debt-carrying capacity, thresholds and
stress tests are those of the LIC-DSF of 2017; it adds a stress test on new borrowing and reverse
stress tests, makes one of the two fiscal realism tools, and is voluntary (Center for Global
Development, 2019). What its text leaves open is said in the notes of each step, not filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from beltroad.finance.debt import parameters
from beltroad.finance.debt.bri.correction import Correction, Reason, correct
from beltroad.finance.debt.bri.reverse import Terms, reverse_test
from beltroad.finance.debt.bri.steps import RATINGS, Step, step
from beltroad.finance.debt.bri.tables import coverage_table, projection_table, report_table
from beltroad.finance.debt.dynamics.engine import ProjectPackage
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.parameters import Parameters
from beltroad.finance.debt.ratings.assess import Assessment, assess

__all__ = ["BriAssessment", "assess_bri"]

_NOT_UNSUSTAINABLE = (
    "A high risk of debt distress, or even distress, does not by itself mean that debt is "
    "unsustainable: productive investment can raise growth and the capacity to repay."
)


@dataclass(frozen=True)
class BriAssessment:
    """Result of the low-income framework for one country.

    Attributes
    ----------
    without, with_package
        Assessments of the baseline and, if a package was given, of the baseline with it.
    steps
        The nine steps, in order.
    model_rating, final_rating
        Risk of external debt distress before and after correction; of the case with the package
        if there is one.
    overall_rating
        With domestic debt, by the model.
    correction
        What judgement did.
    room
        Reverse stress test; empty if it was switched off.
    notes
        What could not be done, or is not public.
    """

    inputs: CountryInputs
    parameters: Parameters
    without: Assessment
    with_package: Assessment | None
    steps: tuple[Step, ...]
    model_rating: str
    final_rating: str
    overall_rating: str
    correction: Correction
    room: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def decisive(self) -> Assessment:
        """The assessment that the rating rests on."""
        return self.with_package or self.without


def assess_bri(
    inputs: CountryInputs,
    *,
    on: str = "",
    package: ProjectPackage | None = None,
    reasons: Sequence[Reason] = (),
    reverse: bool = True,
) -> BriAssessment:
    """Take a low-income country through the nine steps.

    Parameters
    ----------
    inputs
        The country.
    on
        Day whose parameters apply, YYYY-MM-DD; empty: the latest.
    package
        New loans and what they bring: the stress test on new borrowing, and then the rated case.
    reasons
        Judgement for step 7.
    reverse
        Look for the new borrowing that breaches each threshold (some dozen projections).

    Raises
    ------
    InputError
        If the inputs do not suffice, or a reason is not well formed.
    """
    own = parameters.load("bri-dsf-lic", on)
    without = assess(inputs, on=on)
    case = assess(inputs, on=on, package=package) if package is not None else None
    decisive = case or without
    room = _room(inputs, without, own) if reverse else pd.DataFrame()
    correction = correct(
        decisive.external_rating, reasons, max_notches=int(own["correction.max_notches"])
    )
    steps: tuple[Step, ...] = (
        _coverage(inputs),
        _projection(inputs, own),
        _realism(decisive),
        _grouping(decisive),
        _stress(decisive, without if case else None, room),
        _signal(decisive),
        _correction(correction),
        _rating(decisive, correction),
    )
    steps = (*steps, _report(inputs, decisive, correction, steps))
    said = [*decisive.notes, *(m for s in steps for m in s.missing)]
    if inputs.settings["framework"] != "lic":
        said.append("scope: the framework of 2019 is meant for low-income countries; this is none")
    notes = tuple(dict.fromkeys(said))
    return BriAssessment(
        inputs=inputs, parameters=own, without=without, with_package=case, steps=steps,
        model_rating=decisive.external_rating, final_rating=correction.final,
        overall_rating=decisive.overall_rating, correction=correction, room=room, notes=notes,
    )  # fmt: skip


def _room(inputs: CountryInputs, without: Assessment, own: Parameters) -> pd.DataFrame:
    terms = Terms(
        interest_pct=own["reverse.interest_pct"],
        maturity_years=int(own["reverse.maturity_years"]),
        grace_years=int(own["reverse.grace_years"]),
        years=int(own["reverse.years"]),
    )
    framework = without.parameters
    return reverse_test(
        inputs,
        without.thresholds,
        terms,
        window_years=int(framework["signal.window_years"]),
        breach_years=int(framework["signal.breach_years"]),
        max_pct_gdp=own["reverse.max_pct_gdp"],
    )


def _coverage(inputs: CountryInputs) -> Step:
    table = coverage_table(inputs)
    unknown = table.loc[~table["known"], "part"]
    missing = tuple(f"debt coverage: no figure for {part}" for part in unknown)
    done = "What the debt figures cover, and what is counted as a contingent liability instead."
    return step("coverage", done, tuple(table["held_in"]), table, missing)


def _projection(inputs: CountryInputs, own: Parameters) -> Step:
    horizon = int(own["horizon.years"])
    table = projection_table(inputs, horizon)
    t = inputs.first_year
    early = table.loc[table["last_year"] < t + horizon, "variable"]
    missing: tuple[str, ...] = ()
    if len(early):
        missing = (
            f"projection: {', '.join(early)} given to {int(table['last_year'].min())} only; "
            f"the engine extends them to {t + horizon}",
        )
    done = f"Baseline of {horizon} years from {t}, beside the ten years before."
    return step("projection", done, tuple(table["variable"]), table, missing)


def _realism(case: Assessment) -> Step:
    table = case.realism
    missing = [
        "realism: the text of 2019 has one fiscal tool where the LIC-DSF has two; how they were "
        "made one is not public, so both are shown"
    ]
    if table.empty:
        missing.append("realism: the inputs did not allow any check")
    done = "The projection against history, fiscal adjustment and investment."
    return step("realism", done, ("history", "projection"), table, tuple(missing))


def _grouping(case: Assessment) -> Step:
    capacity = case.capacity
    known = capacity.composite == capacity.composite
    score = f"{capacity.composite:.2f}" if known else "not known"
    done = (
        f"Debt-carrying capacity {capacity.final} (composite indicator {score}, "
        f"this vintage {capacity.signal or 'not known'}): {capacity.reason}."
    )
    used = ("cpia", "real_growth_pct", "reserves_usd_mn", "imports_usd_mn", "remittances_usd_mn")
    return step("grouping", done, used, capacity.contributions)


def _stress(case: Assessment, before: Assessment | None, room: pd.DataFrame) -> Step:
    table = case.signals.loc[case.signals["case"] == "stress"].reset_index(drop=True)
    missing = ["stress tests: the size of the test on new borrowing is not public"]
    done = f"{len(case.paths) - 1} scenarios beside the baseline; the most extreme per indicator"
    if before is not None:
        done += "; new borrowing: the given package, in every scenario"
        peak = before.signals.set_index(["indicator", "case"])["peak_pct"]
        table["peak_without_package_pct"] = [
            float(peak.get((name, "stress"), float("nan"))) for name in table["indicator"]
        ]
    if not room.empty:
        found = room.set_index("indicator")["room_pct_gdp"]
        table["room_before_breach_pct_gdp"] = table["indicator"].map(found)
        done += "; reverse test: new borrowing that breaches the baseline"
    else:
        missing.append("stress tests: the reverse test was not run")
    return step("stress", done + ".", tuple(case.paths), table, tuple(missing))


def _signal(case: Assessment) -> Step:
    table = case.signals.copy()
    breaches = table.loc[table["breach"], ["indicator", "case"]]
    if len(breaches):
        named = ", ".join(f"{i} ({c})" for i, c in breaches.itertuples(index=False, name=None))
        done = f"Thresholds breached: {named}."
    else:
        done = "No threshold is breached, in the baseline or under stress."
    return step("signal", done, ("indicators", "thresholds"), table)


def _correction(correction: Correction) -> Step:
    done = f"{correction.model} before, {correction.final} after: {correction.note}."
    missing = (
        "correction: the text of 2019 names the step; the bound of one notch is our convention",
    )
    return step("correction", done, ("reasons",), correction.table, missing)


def _rating(case: Assessment, correction: Correction) -> Step:
    rows = [
        ("external, by the model", case.external_rating),
        ("external, corrected", correction.final),
        ("overall, by the model", case.overall_rating),
        ("space to absorb shocks", case.space or "-"),
    ]
    table = pd.DataFrame(rows, columns=["rating", "value"])
    done = f"Risk of external debt distress: {correction.final} (of {', '.join(RATINGS)})."
    return step("rating", done, ("signals", "correction"), table)


def _report(
    inputs: CountryInputs, case: Assessment, correction: Correction, steps: tuple[Step, ...]
) -> Step:
    entries = {
        "country": f"{inputs.name} ({inputs.iso3})",
        "first projection year": str(inputs.first_year),
        "vintage": str(inputs.settings["vintage"]),
        "debt-carrying capacity": case.capacity.final,
        "risk of external debt distress": correction.final,
        "overall risk": case.overall_rating,
        "judgement": correction.note,
    }
    entries |= {f"{each.number}. {each.title}": each.done for each in steps}
    entries["sustainability"] = _NOT_UNSUSTAINABLE
    return step("report", "The steps in one table.", ("steps 1 to 8",), report_table(entries))
