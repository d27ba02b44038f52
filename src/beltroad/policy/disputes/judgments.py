"""Court judgments: Hague conventions, treaties, arrangements, and a country's own law."""

from __future__ import annotations

from datetime import date

from beltroad.evidence.economies import name
from beltroad.policy.dates import latest
from beltroad.policy.disputes.awards import arrangement, cross_strait, ids, own_law
from beltroad.policy.disputes.model import Basis, Facts, State, weakest
from beltroad.policy.disputes.texts import TEXTS
from beltroad.policy.facts import Standing, terms
from beltroad.policy.territories import one_state

__all__ = ["judgment_bases"]

# Conventions that work between two parties, with what they make of a judgment.
_BETWEEN_PARTIES: tuple[tuple[str, State], ...] = (
    ("brussels_recast", "enforceable"),
    ("hague_judgments", "enforceable"),
    ("kiev_1992", "enforceable"),
    ("minsk_1993", "enforceable"),
    ("choice_of_court", "conditional"),
)


def judgment_bases(made_in: str, enforced_in: str, on: date, facts: Facts) -> list[Basis]:
    """Every basis on which a judgment of one place may be enforced in another.

    Conventions that bind neither or one of the two are left out, except where nothing else is
    found: the last basis is always the own law of the country asked.
    """
    if made_in == enforced_in:
        return [own_law(made_in, "A judgment")]
    both = {made_in, enforced_in}
    if one_state(made_in, enforced_in, on):
        found = arrangement("intra_china_judgments", made_in, enforced_in, on, facts, "commercial")
        return [found, _rule(made_in, enforced_in, on, facts)]
    if both == {"CHN", "TWN"}:
        return [cross_strait(made_in, enforced_in, on, facts, "civil judgments")]
    bases = [
        b for i, s in _BETWEEN_PARTIES if (b := _between(i, s, made_in, enforced_in, on, facts))
    ]
    if "CHN" in both and (treaty := _treaty(made_in, enforced_in, on, facts)):
        bases.append(treaty)
    return [*bases, _rule(made_in, enforced_in, on, facts)]


def _between(
    instrument: str, state: State, made_in: str, enforced_in: str, on: date, facts: Facts
) -> Basis | None:
    """A convention that works between two parties; None where it does not bind both."""
    text = TEXTS[instrument]
    one = facts.standing(instrument, made_in, on=on)
    other = facts.standing(instrument, enforced_in, on=on)
    if one.state != "in_force" or other.state != "in_force":
        return None
    sentence = (
        f"{name(enforced_in)} must enforce judgments of {name(made_in)} within the scope "
        "of the instrument."
        if state == "enforceable"
        else f"{name(enforced_in)} must enforce judgments of courts of {name(made_in)} that the "
        "parties chose as exclusive."
    )
    return Basis(
        instrument, text.title, state, latest(one.since, other.since), text.article, sentence,
        text.conditions, text.refusal, ids(one, other), weakest(one, other),
        "; ".join(dict.fromkeys(s.note for s in (one, other) if s.note)),
    )  # fmt: skip


def _treaty(made_in: str, enforced_in: str, on: date, facts: Facts) -> Basis | None:
    """China's treaty of judicial assistance with the other side; None where there is none."""
    text = TEXTS["cn_judicial_assistance"]
    found = facts.standing("cn_judicial_assistance", made_in, enforced_in, on)
    if found.rows.empty:
        return None
    where, there = name(made_in), name(enforced_in)
    state: State
    if found.state == "unknown":
        state, sentence = "unknown", f"The treaty may not yet have been in force on {on}."
    elif found.state != "in_force":
        state, sentence = "not enforceable", f"The treaty was not in force on {on.isoformat()}."
    elif found.terms.get("judgments") != "yes":
        state = "not enforceable"
        sentence = "The treaty covers service and evidence, but not recognition of judgments."
    else:
        state = "enforceable"
        sentence = f"{there} must enforce judgments of {where} within the terms of the treaty."
    holds = state == "enforceable"
    return Basis(
        "cn_judicial_assistance", text.title, state, found.since if holds else "", text.article,
        sentence, text.conditions if holds else (), text.refusal if holds else (), ids(found),
        found.confidence, found.note,
    )  # fmt: skip


def _rule(made_in: str, enforced_in: str, on: date, facts: Facts) -> Basis:
    """The own law of the country asked, with reported decisions on judgments of the other."""
    text = TEXTS["judgment_rule"]
    rule = facts.standing("judgment_rule", enforced_in, on=on)
    cases = facts.standing("judgment_precedent", enforced_in, made_in, on)
    where, there = name(made_in), name(enforced_in)
    if rule.state != "in_force":
        return Basis(
            "judgment_rule", text.title, "unknown", "", "",
            f"No treaty is known; what the law of {there} makes of judgments of {where} is not in "
            f"the table.{_told(cases)}", (), text.refusal, ids(cases), cases.confidence, rule.note,
        )  # fmt: skip
    state: State = "conditional" if rule.terms.get("outcome") == "conditional" else "uncertain"
    said = {
        "reciprocity": f"{there} asks for reciprocity with {where}, decided case by case.",
        "common_law": f"{there} lets the judgment creditor sue on the judgment at common law.",
        "statute": f"{there} recognises foreign judgments under its own law.",
        "treaty_only": f"{there} asks for a treaty; without one the case is heard anew.",
    }
    sentence = said.get(rule.terms.get("default", ""), f"The law of {there} decides.")
    return Basis(
        "judgment_rule", text.title, state, rule.since, rule.terms.get("article", ""),
        sentence + _told(cases), (), text.refusal, ids(rule, cases), weakest(rule, cases),
        rule.note,
    )  # fmt: skip


def _told(cases: Standing) -> str:
    """Reported decisions in words; empty where none is known by the date."""
    if cases.state != "in_force":
        return ""
    said = []
    for row in cases.rows.to_dict("records"):
        of = terms(row["terms"])
        said.append(f"{row['in_force_from'][:4]} {of['outcome']} ({of['case']})")
    return f" Reported: {'; '.join(said)}."
