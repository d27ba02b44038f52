"""Whether a rule binds: facts, investors and activities against what a measure says.

Every test has three answers: yes, no, and maybe where nobody stated the fact.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.policy.entry.industries import Industry, codes_of, industry
from beltroad.policy.entry.reading import BUILT_IN
from beltroad.policy.entry.rules import Measure, RuleList, Test

__all__ = [
    "OTHER", "apart", "concerns", "hit_by", "holds", "matching_activities", "stated", "words",
]  # fmt: skip

# The activity of someone who does none of the activities a list names.
OTHER = "other"
Maybe = bool | None


def words(text: str) -> tuple[str, ...]:
    """Words of a text for comparison: small letters, no hyphens, no plural s."""
    found = re.findall(r"\w+", text.casefold().replace("_", " "))
    return tuple(
        w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in found
    )


def hit_by(measure: Measure, activity: str) -> bool:
    """Whether a text names the activity of a measure, by its slug or one of its keywords."""
    asked = words(activity)
    if asked == words(measure.activity):
        return True
    return any(_within(words(k), asked) for k in measure.keywords)


def _within(phrase: Sequence[str], text: Sequence[str]) -> bool:
    """Whether the phrase stands in the text, as whole words in a row."""
    size = len(phrase)
    return size > 0 and any(
        tuple(text[i : i + size]) == tuple(phrase) for i in range(len(text) - size + 1)
    )


def matching_activities(measures: Collection[Measure], activity: str) -> frozenset[str]:
    """Slugs of the activities a text names; an exact slug goes before keywords."""
    exact = {m.activity for m in measures if words(m.activity) == words(activity)}
    return frozenset(exact or {m.activity for m in measures if hit_by(m, activity)})


def concerns(rules: RuleList, measure: Measure, investor: str, on: date) -> bool:
    """Whether a measure speaks of investors from this economy."""

    def named(names: Collection[str]) -> bool:
        return any(investor in rules.members(n, on) for n in names)

    if measure.investors and not named(measure.investors):
        return False
    return not named(measure.except_investors)


def holds(
    rules: RuleList,
    measure: Measure,
    facts: Mapping[str, Any],
    on: date,
    activity: str | None,
) -> tuple[Maybe, frozenset[str]]:
    """Whether all tests of a measure hold, and the facts that nobody stated.

    Returns
    -------
    tuple
        True, False or None (maybe); names of facts that would settle a None.
    """
    answers = [_test(rules, measure, test, facts, on, activity) for test in measure.when]
    if any(answer is False for answer, _ in answers):
        return False, frozenset()
    open_facts = frozenset(name for answer, name in answers if answer is None)
    return (None if open_facts else True), open_facts


def _test(
    rules: RuleList, measure: Measure, test: Test, facts: Mapping[str, Any], on: date,
    activity: str | None,
) -> tuple[Maybe, str]:  # fmt: skip
    value = facts.get(test.fact)
    if value is None:
        return None, test.fact
    if isinstance(value, Industry):
        return _industry(measure, test, value, activity)
    if isinstance(value, bool):
        return value is test.is_, test.fact
    if isinstance(value, int | float):
        low = test.at_least is None or value >= test.at_least
        high = test.at_most is None or value <= test.at_most
        above = test.above is None or value > test.above
        below = test.below is None or value < test.below
        return low and high and above and below, test.fact

    def named(names: tuple[str, ...]) -> bool:
        return any(value in rules.members(n, on) for n in names)

    inside = test.in_ is None or named(test.in_)
    return inside and not (test.not_in is not None and named(test.not_in)), test.fact


def _industry(
    measure: Measure, test: Test, value: Industry, activity: str | None
) -> tuple[Maybe, str]:
    named = codes_of(test.in_) if test.in_ is not None else codes_of(("*",))
    named -= codes_of(test.not_in) if test.not_in is not None else frozenset()
    if not named & value.classes:
        return False, test.fact
    if test.activity:
        if activity is None:
            return None, "activity"
        return (activity != OTHER and hit_by(measure, activity)), "activity"
    return (True if value.classes <= named else None), test.fact


def stated(rules: RuleList, given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Facts as the tests read them, and those that are assumed because nobody stated them.

    Parameters
    ----------
    rules
        The list whose facts these are.
    given
        Values by name; None is not stated.

    Raises
    ------
    InputError
        If a fact is not declared by the list or its value is not of its kind.
    """
    declared = {f.id: f for f in rules.facts}
    kinds = BUILT_IN | {f.id: f.kind for f in rules.facts}
    out: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name not in kinds:
            hint = suggest(name, kinds)
            known = ", ".join(sorted(kinds))
            raise InputError(f"fact {name!r:.40} is not known. {hint} Facts: {known}".strip())
        choices = declared[name].choices if name in declared else ()
        out[name] = _value(name, kinds[name], choices, value)
    assumed = {f.id: f.assume for f in rules.facts if f.assume is not None and f.id not in out}
    said = tuple(
        f"{declared[name].title}: {'yes' if value else 'no'}, unless stated otherwise"
        for name, value in assumed.items()
    )
    return out | assumed, said


def apart(facts: Mapping[str, Any] | None, taken: Collection[str]) -> dict[str, Any]:
    """Further facts, which must not repeat what the question itself says.

    Raises
    ------
    InputError
        If one of them is part of the question.
    """
    extra = dict(facts or {})
    if twice := sorted(set(extra) & set(taken)):
        raise InputError(f"fact {twice[0]!r} is part of the question; do not give it again")
    return extra


def _value(name: str, kind: str, choices: tuple[str, ...], value: Any) -> Any:
    if kind == "industry":
        return value if isinstance(value, Industry) else industry(str(value))
    if kind == "economy":
        return economies.iso3(value)
    if kind == "choice":
        if value not in choices:
            hint = suggest(str(value), choices)
            raise InputError(
                f"{name} {value!r:.40} must be one of {', '.join(choices)}. {hint}".strip()
            )
        return value
    if kind == "flag":
        if isinstance(value, bool):
            return value
        word = str(value).strip().casefold()
        if word in ("yes", "true", "no", "false"):
            return word in ("yes", "true")
        raise InputError(f"{name} {value!r:.40} must be yes or no")
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, bool) or not 0 <= number < float("inf"):
        raise InputError(f"{name} {value!r:.40} must be a number, 0 or more")
    return number
