"""Settings of a draft: known names, credible values, words that are offered."""

from __future__ import annotations

import pandas as pd

from beltroad.errors import suggest
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.draft import Draft, Line
from beltroad.finance.debt.io.faults import number, quoted
from beltroad.finance.debt.io.units import fraction
from beltroad.finance.debt.vocabulary import KINDS, SETTINGS, Setting

__all__ = ["ABOUT", "settings", "whole"]

ABOUT = ("iso3", "name")
"""Rows among the settings that say which country it is."""
# A rate above zero, but below this, is a fraction where per cent is due.
_FRACTION = {
    "existing_external_interest_pct": 0.15, "existing_domestic_interest_pct": 0.3,
    "residual_external_share_pct": 1.0, "residual_external_interest_pct": 0.3,
    "discount_rate_pct": 0.5, "pv_external_pct_of_face": 3.0, "overvaluation_pct": 0.5,
    "financial_sector_liability_pct_gdp": 0.3,
}  # fmt: skip
_WHOLE = ("year", "years")


def settings(draft: Draft) -> tuple[dict[str, float | str], pd.DataFrame]:
    """All settings and their origins; what is not given takes the default, marked as assumed."""
    out: dict[str, float | str] = {}
    origins: list[tuple[str, int, int, str, str, str]] = []
    seen: set[str] = set()
    for line in draft.settings:
        name = forms.tidy(line.cells.get("setting"))
        if name in seen:
            draft.fault(line.where, f"setting {name} is there twice.", "Keep one row.")
            continue
        seen.add(name)
        if name in ABOUT:
            continue
        if name not in SETTINGS:
            draft.fault(line.at("setting"), f"unknown setting {quoted(name)}.",
                        suggest(name, SETTINGS) or "Clear the row.")  # fmt: skip
            continue
        value = _value(draft, line, SETTINGS[name])
        kind = forms.tidy(line.cells.get("kind"))
        if kind and kind not in KINDS:
            draft.fault(line.at("kind"), f"kind {quoted(kind)} is unknown.",
                        suggest(kind, KINDS) or f"Choose from {', '.join(KINDS)}.")  # fmt: skip
        if value == "" or value != value:
            continue
        out[name] = value
        origins.append((name, 0, 0, kind or "reported", forms.tidy(line.cells.get("source")),
                        forms.tidy(line.cells.get("note"))))  # fmt: skip
    for name, declared in SETTINGS.items():
        if name in out:
            continue
        if declared.default == "":
            out[name] = "" if forms.is_word(name) else float("nan")
        else:
            out[name] = declared.default if forms.is_word(name) else float(declared.default)
            origins.append((name, 0, 0, "assumed", forms.DEFAULT, ""))
    start = out["first_projection_year"]
    stated = any(forms.tidy(x.cells.get("setting")) == "first_projection_year"
                 and forms.tidy(x.cells.get("value")) for x in draft.settings)  # fmt: skip
    if start != start and not stated and "settings" not in draft.unread:
        draft.fault(draft.label, "the setting first_projection_year is missing.",
                    "Give the first year of the projection, such as 2025.")  # fmt: skip
    return out, pd.DataFrame(origins, columns=list(forms.ORIGINS))


def _value(draft: Draft, line: Line, declared: Setting) -> float | str:
    raw = line.cells.get("value")
    if forms.is_word(declared.name):
        word = forms.tidy(raw)
        if isinstance(raw, bool):
            word = "yes" if raw else "no"
        if declared.choices:
            word = word.casefold()
            if word and word not in declared.choices:
                offered = ", ".join(c for c in declared.choices if c)
                draft.fault(line.at("value"), f"{declared.name} {quoted(word)} is unknown.",
                            f"Choose from {offered}.")  # fmt: skip
                return ""
        return word
    found, problem, remedy = number(raw, typed=draft.typed)
    if problem:
        draft.fault(line.at("value"), f"{declared.name} {problem}", remedy)
        return float("nan")
    if found != found:
        return found
    if declared.unit in _WHOLE and found != round(found):
        draft.fault(
            line.at("value"),
            f"{declared.name} {found:g} is no whole number.",
            f"Give whole {'years' if declared.unit == 'years' else 'year, such as 2025'}.",
        )
        return float("nan")
    typed_in = forms.tidy(line.cells.get("kind")) != "imputed"
    if typed_in and fraction(found, _FRACTION.get(declared.name, 0.0)):
        draft.fault(line.at("value"), f"{declared.name} {found:g} looks like a fraction.",
                    f"Give per cent: {100 * found:g}.")  # fmt: skip
        return float("nan")
    if not declared.low <= found <= declared.high:
        draft.fault(
            line.at("value"),
            f"{declared.name} {found:g} is not credible.",
            f"Give {declared.unit} from {declared.low:g} to {declared.high:g}.",
        )
        return float("nan")
    return found


def whole(draft: Draft, line: Line, column: str, low: int, high: int) -> int | None:
    """A whole number of a line within bounds; None with a fault where it is not."""
    found, problem, remedy = number(line.cells.get(column), typed=draft.typed)
    where = line.at(column)
    if problem:
        draft.fault(where, f"{column} {problem}", remedy)
    elif found != found:
        draft.fault(where, f"{column} is empty.", f"Give a whole number from {low} to {high}.")
    elif found != round(found) or not low <= found <= high:
        draft.fault(where, f"{column} {found:g} is not credible.",
                    f"Give a whole number from {low} to {high}.")  # fmt: skip
    else:
        return int(found)
    return None
