"""Terms of new borrowing in a draft."""

from __future__ import annotations

import re

from beltroad.errors import suggest
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.checks_settings import whole
from beltroad.finance.debt.io.draft import Draft, Line
from beltroad.finance.debt.io.faults import number, quoted
from beltroad.finance.debt.model import Instrument
from beltroad.finance.debt.vocabulary import KINDS

__all__ = ["instruments"]

_CURRENCY = re.compile(r"[A-Z]{3}")
_WITHIN = 0.01
"""Shares may miss 100 by rounding, so many points."""
_MOST_INTEREST = 100.0
_MOST_YEARS = 100


def instruments(draft: Draft) -> tuple[Instrument, ...]:
    """Kinds of new borrowing; their shares add up to 100."""
    before = len(draft.faults)
    out: list[Instrument] = []
    seen: set[str] = set()
    for line in draft.terms:
        name = forms.tidy(line.cells.get("name"))
        if not name:
            draft.fault(line.at("name"), "the instrument has no name.", "Name it.")
        elif name in seen:
            draft.fault(line.at("name"), f"{quoted(name)} is there twice.",
                        "Give each instrument its own name.")  # fmt: skip
        seen.add(name)
        made = _instrument(draft, line, name)
        if made is not None:
            out.append(made)
    if not draft.terms and "terms" in draft.unread:
        return ()
    if not draft.terms:
        draft.fault(draft.label, "there are no terms of new borrowing.",
                    "Give at least one instrument with a share of 100.")  # fmt: skip
        return ()
    if len(draft.faults) == before:
        _shares(draft, out)
    return tuple(out)


def _instrument(draft: Draft, line: Line, name: str) -> Instrument | None:
    before = len(draft.faults)
    interest = _rate(draft, line, "interest_pct", _MOST_INTEREST)
    share = _rate(draft, line, "share_pct", 100.0)
    maturity = whole(draft, line, "maturity_years", 1, _MOST_YEARS)
    grace = whole(draft, line, "grace_years", 0, _MOST_YEARS)
    if maturity is not None and grace is not None and grace >= maturity:
        draft.fault(line.at("grace_years"), f"grace of {grace} years, but maturity of {maturity}.",
                    "Grace must end before the last payment.")  # fmt: skip
    currency = forms.tidy(line.cells.get("currency")).upper()
    if not _CURRENCY.fullmatch(currency):
        draft.fault(line.at("currency"), f"currency {quoted(currency)} is unknown.",
                    "Give an ISO 4217 code such as USD, or LCU for local currency.")  # fmt: skip
    kind = forms.tidy(line.cells.get("kind")) or "assumed"
    if kind not in KINDS:
        draft.fault(line.at("kind"), f"kind {quoted(kind)} is unknown.",
                    suggest(kind, KINDS) or f"Choose from {', '.join(KINDS)}.")  # fmt: skip
    if len(draft.faults) > before or maturity is None or grace is None:
        return None
    return Instrument(
        name, forms.tidy(line.cells.get("creditor")), currency, interest, maturity, grace, share,
        forms.tidy(line.cells.get("source")), kind,
    )  # fmt: skip


def _rate(draft: Draft, line: Line, column: str, most: float) -> float:
    found, problem, remedy = number(line.cells.get(column), typed=draft.typed)
    where = line.at(column)
    if problem:
        draft.fault(where, f"{column} {problem}", remedy)
    elif found != found:
        draft.fault(where, f"{column} is empty.", f"Give per cent from 0 to {most:g}.")
    elif not 0 <= found <= most:
        draft.fault(where, f"{column} {found:g} is not credible.",
                    f"Give per cent from 0 to {most:g}.")  # fmt: skip
    return found


def _shares(draft: Draft, made: list[Instrument]) -> None:
    total = sum(each.share_pct for each in made)
    places = ", ".join(line.at("share_pct") for line in draft.terms[:3])
    places += " ..." if len(draft.terms) > 3 else ""
    if abs(total - 1) <= _WITHIN:
        draft.fault(places, f"the shares add up to {total:.4g}: fractions, it seems.",
                    "Give per cent that add up to 100.")  # fmt: skip
    elif abs(total - 100) > _WITHIN:
        draft.fault(places, f"the shares add up to {total:.6g}.", "They must add up to 100.")
    rates = [each.interest_pct for each in made if each.interest_pct > 0]
    if rates and max(rates) < 0.15 and len(rates) == len(made):
        where = draft.terms[0].at("interest_pct")
        draft.fault(where, f"no interest rate above {max(rates):g}: fractions, it seems.",
                    f"Give per cent: {100 * rates[0]:g} instead of {rates[0]:g}.")  # fmt: skip
