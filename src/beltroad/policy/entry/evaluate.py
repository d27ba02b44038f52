"""May this investor hold this stake in this industry: negative lists applied.

For every ISIC class of the industry asked about, D is the worst outcome of the measures that
surely bind there and P the worst of those that may bind (0 passes, 1 another stake or a licence
would pass, 2 prohibited). Prohibited: D is 2 in every class. Permitted: P is 0 in every class.
Restricted: everything else. So nothing is permitted that a part of an item may stand against.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy.entry.answers import Answer, Branch, Finding
from beltroad.policy.entry.catalogue import choose
from beltroad.policy.entry.industries import Industry, codes_of, compress, industry, title_of
from beltroad.policy.entry.matching import (
    OTHER,
    apart,
    concerns,
    holds,
    matching_activities,
    stated,
)
from beltroad.policy.entry.rules import Conditions, Exemption, Item, Measure, RuleList
from beltroad.policy.entry.wording import conditions_text, fails_text, passes_text, stake_text

__all__ = ["entry"]

_VERDICT = ("permitted", "restricted", "prohibited")
# Narrower codes are listed up to this number of each kind.
_MOST_CODES = 12
_OUTCOME = ("passes", "fails", "prohibited")


@dataclass(frozen=True)
class _Bound:
    """A measure that concerns the question, with what an exception makes of it."""

    item: Item
    measure: Measure
    conditions: Conditions
    exemption: Exemption | None
    lifted: bool
    classes: frozenset[str]
    sure: bool
    open_facts: frozenset[str]
    level: int


def entry(
    investor: str,
    host: str,
    industry_text: str,
    stake_pct: float,
    *,
    on: date | None = None,
    activity: str | None = None,
    zones: Sequence[str] = (),
    amount_usd: float | None = None,
    facts: Mapping[str, Any] | None = None,
    rules: Sequence[RuleList] = (),
) -> Answer:
    """Say whether an investor may hold a stake in an industry of a host.

    Parameters
    ----------
    investor, host
        Any code or name of an economy.
    industry_text
        ISIC Rev.4 code or title, or an industry of the trade model.
    stake_pct
        All foreign stakes together in percent, above 0 and at most 100.
    on
        The day; None for the newest list.
    activity
        What is done in the industry, in words; ``other`` for none of the activities that the
        list names. None: every activity of the industry counts as possible.
    zones
        Zones of the place, such as ``free-trade``.
    amount_usd
        Amount invested, for lists with a minimum.
    facts
        Further facts that a list declares.
    rules
        The user's own lists; they take the place of the bundled ones of their host.

    Raises
    ------
    InputError
        If something is unknown, the stake is out of bounds, no list is in force on the day, or
        the activity is none the list knows in this industry.
    """
    who, where = economies.iso3(investor), economies.iso3(host)
    if who == where:
        raise InputError(f"investor and host are both {who}; entry rules are for foreign investors")
    if not (math.isfinite(stake_pct) and 0 < stake_pct <= 100):
        raise InputError(f"stake {stake_pct:g} % must be above 0 and at most 100")
    asked = industry(industry_text)
    chosen, inside = choose(where, on, zones, own=rules)
    head = chosen.header
    day = on or max(head.in_force_from, head.as_of)
    question = {
        "stake_pct": stake_pct, "amount_usd": amount_usd, "investor": who, "industry": asked,
        "partner": where,
    }  # fmt: skip
    known, assumed = stated(chosen, question | apart(facts, question))
    if "amount_usd" in known and known["amount_usd"] == 0:
        raise InputError("amount 0 USD must be above 0")
    bound, classes, hits = _bound(chosen, asked, who, day, inside, known, activity)
    # Words that name several activities are answered by the strictest of them.
    named = [b for b in bound if b.measure.activity in hits]
    sure = {c: _worst(b for b in bound if b.sure and (b in named or c in b.classes))
            for c in classes}  # fmt: skip
    possible = {c: _worst(b for b in bound if b in named or c in b.classes) for c in classes}
    if all(level == 2 for level in sure.values()):
        level = 2
    else:
        level = 0 if not any(possible.values()) else 1
    admitted = "yes" if level == 0 else "no" if all(sure.values()) else "depends"
    cap = _cap(bound)
    amount = known.get("amount_usd")
    findings = tuple(_finding(chosen, b, stake_pct, amount) for b in bound)
    branches = _branches(bound, classes, sure, possible, activity)
    requirements = [r for f in findings if f.applies == "yes" for r in f.requirements]
    requirements += [
        f"if {f.measure}: {r}" for f in findings if f.applies == "maybe" for r in f.requirements
    ]
    if head.default == "approval":
        requirements.append("approval: this host approves every foreign investment")
    notes = list(head.notes)
    if on is not None and on > head.as_of:
        notes.append(f"the list is known as of {head.as_of}; what changed later is not in it")
    notes += _elsewhere(chosen, bound, asked, activity)
    return Answer(
        investor=who,
        host=where,
        industry=asked.code,
        industry_title=asked.title,
        stake_pct=float(stake_pct),
        on=on,
        activity=activity or "",
        zones=tuple(sorted(inside)),
        verdict=_VERDICT[level],  # type: ignore[arg-type]
        admitted=admitted,  # type: ignore[arg-type]
        max_stake_pct=cap[0],
        max_stake_inclusive=cap[1],
        findings=findings,
        depends_on=branches if admitted == "depends" else (),
        would_pass=_would_pass(level, admitted, cap, findings, branches),
        requirements=tuple(dict.fromkeys(requirements)),
        assumed=assumed,
        notes=tuple(notes),
        list_id=head.id,
        list_title=head.title,
        in_force_from=head.in_force_from,
        as_of=head.as_of,
    )


def _bound(
    chosen: RuleList,
    asked: Industry,
    investor: str,
    day: date,
    inside: frozenset[str],
    known: Mapping[str, Any],
    activity: str | None,
) -> tuple[list[_Bound], frozenset[str], frozenset[str]]:
    """The measures that bind or may bind, the classes asked about, the activities named."""
    candidates: list[tuple[Item, Measure, frozenset[str], bool, frozenset[str]]] = []
    for item, measure in chosen.measures():
        classes = codes_of(measure.isic) & asked.classes
        if not classes or not concerns(chosen, measure, investor, day):
            continue
        met, open_facts = holds(chosen, measure, known, day, activity)
        if met is not False:
            candidates.append((item, measure, classes, met is True, open_facts))
    narrowed = asked.classes
    hits: frozenset[str] = frozenset()
    if activity is not None and activity.strip().casefold() != OTHER and candidates:
        hits = matching_activities([m for _, m, *_ in candidates], activity)
        if not hits:
            slugs = ", ".join(m.activity for _, m, *_ in candidates)
            raise InputError(
                f"activity {activity!r:.60} is none that {chosen.header.id} names in "
                f"{asked.code}: {slugs}; or give 'other' for none of them"
            )
        narrowed = frozenset().union(*(c for _, m, c, *_ in candidates if m.activity in hits))
    out = []
    for item, measure, classes, met, open_facts in candidates:
        classes &= narrowed
        hit = measure.activity in hits
        if not classes or (measure.part and activity is not None and not hit):
            continue
        by_code = not measure.part or hit
        out.append(
            _spared(
                chosen, item, measure, investor, day, inside, classes,
                sure=met and by_code, open_facts=open_facts, known=known,
            )
        )  # fmt: skip
    return out, narrowed, hits


def _spared(
    chosen: RuleList, item: Item, measure: Measure, investor: str, day: date,
    inside: frozenset[str], classes: frozenset[str], *, sure: bool, open_facts: frozenset[str],
    known: Mapping[str, Any],
) -> _Bound:  # fmt: skip
    """The measure after the exceptions that spare this investor, place and day: the mildest."""
    options: list[tuple[int, float, Conditions, Exemption | None, bool]] = []

    def add(conditions: Conditions, exemption: Exemption | None, *, lifted: bool) -> None:
        level = 0 if lifted else _level(conditions, known)
        room = 101.0 if lifted else conditions.cap()[0]
        options.append((level, -room, conditions, exemption, lifted))

    add(measure, None, lifted=False)
    for each in chosen.exemptions:
        named = measure.activity in each.measures or "*" in each.measures
        since = each.in_force_from is None or each.in_force_from <= day
        until = each.in_force_to is None or day <= each.in_force_to
        here = not each.zones or bool(inside & set(each.zones))
        who = not each.investors or any(investor in chosen.members(n, day) for n in each.investors)
        if named and since and until and here and who:
            add(each, each, lifted=each.lifts)
    level, _, conditions, exemption, lifted = min(options, key=lambda o: (o[0], o[1]))
    return _Bound(item, measure, conditions, exemption, lifted, classes, sure, open_facts, level)


def _level(conditions: Conditions, known: Mapping[str, Any]) -> int:
    """0 passes, 1 something else would pass, 2 prohibited."""
    if conditions.prohibited:
        return 1 if conditions.lifted_by else 2
    cap, inclusive = conditions.cap()
    stake = known["stake_pct"]
    small = conditions.min_capital_usd is not None and (
        known.get("amount_usd", math.inf) < conditions.min_capital_usd
    )
    return int(stake > cap or (stake == cap and not inclusive) or small)


def _worst(bound: Any) -> int:
    return max((b.level for b in bound), default=0)


def _cap(bound: Sequence[_Bound]) -> tuple[float, bool]:
    """Largest stake that passes every measure that binds or may bind."""
    return min(
        ((100.0, True), *(b.conditions.cap() for b in bound if not b.lifted)),
    )


def _finding(chosen: RuleList, b: _Bound, stake: float, amount: float | None) -> Finding:
    asks = b.conditions
    cap, inclusive = (100.0, True) if b.lifted else asks.cap()
    spared = b.exemption
    source = chosen.source_of(spared.source if spared else "", b.measure.source, b.item.source)
    beyond = list(asks.requirements if not b.lifted else (spared.requirements if spared else ()))
    if asks.approval and not b.lifted:
        beyond.append(f"approval by {asks.approval}")
    if asks.min_capital_usd is not None and amount is None and not b.lifted:
        beyond.append(f"at least {asks.min_capital_usd:,.0f} USD")
    notes = (b.item.note, b.measure.note, spared.note if spared else "")
    return Finding(
        item=b.item.number,
        article=(spared.article if spared else "") or b.measure.article or b.item.article,
        measure=b.measure.activity,
        title=b.measure.title,
        isic=compress(b.classes),
        part=b.measure.part,
        applies="yes" if b.sure else "maybe",
        outcome="lifted" if b.lifted else _OUTCOME[b.level],  # type: ignore[arg-type]
        conditions=() if b.lifted else conditions_text(asks),
        fails=() if b.lifted else fails_text(asks, stake, amount),
        would_pass=() if b.lifted or not b.level else passes_text(asks, b.measure),
        requirements=tuple(beyond),
        max_stake_pct=cap,
        max_stake_inclusive=inclusive,
        exception=spared.id if spared else "",
        source_title=source.title,
        source_url=source.url,
        confidence=_confidence(chosen, b),
        notes=tuple(n for n in notes if n),
    )  # fmt: skip


def _elsewhere(
    chosen: RuleList, bound: Sequence[_Bound], asked: Industry, activity: str | None
) -> list[str]:
    """Say where words name an activity that the list keeps under other industries."""
    if activity is None or activity.strip().casefold() == OTHER:
        return []
    here = {b.measure.activity for b in bound}
    measures = {m.activity: (i, m) for i, m in chosen.measures()}
    hits = matching_activities([m for _, m in measures.values()], activity) - here
    return [
        f"{activity!r:.60} names {slug} (item {measures[slug][0].number}), which this list is read "
        f"to keep under {', '.join(measures[slug][1].isic)}, not {asked.code}"
        for slug in sorted(hits)
        if not codes_of(measures[slug][1].isic) & asked.classes
    ]


def _confidence(chosen: RuleList, b: _Bound) -> str:
    said = (b.exemption.confidence if b.exemption else "", b.measure.confidence,
            b.item.confidence, chosen.header.confidence)  # fmt: skip
    return next(each for each in said if each)


def _branches(
    bound: Sequence[_Bound],
    classes: frozenset[str],
    sure: Mapping[str, int],
    possible: Mapping[str, int],
    activity: str | None,
) -> tuple[Branch, ...]:  # fmt: skip
    """The narrower questions: each activity that may bind, none of them, each kind of class."""
    out: list[Branch] = []
    for b in bound:
        if b.sure or b.lifted:
            continue
        needs = sorted(b.open_facts - {"activity"})
        alone = [o for o in bound if o is b or (o.sure and b.classes & o.classes)]
        level = max(b.level, min((sure[c] for c in b.classes), default=0))
        cap = _cap(alone)
        kind = "fact" if needs and (not b.measure.part or activity) else "activity"
        value = ", ".join(needs) if kind == "fact" else b.measure.activity
        out.append(Branch(kind, value, b.measure.title, _VERDICT[level], *cap))  # type: ignore[arg-type]
    kinds = {c: (sure[c], possible[c]) for c in classes}
    if len(set(kinds.values())) == 1:
        if out:
            level, rest = next(iter(sure.values())), "none of the activities named"
            cap = _cap([b for b in bound if b.sure])
            out.append(Branch("activity", OTHER, rest, _VERDICT[level], *cap))
        return tuple(out)
    for kind_of in sorted(set(kinds.values())):
        low, high = kind_of
        verdict = _VERDICT[2 if low == 2 else 1 if high else 0]
        for code in compress(frozenset(c for c in classes if kinds[c] == kind_of))[:_MOST_CODES]:
            cap = _cap([b for b in bound if b.classes & codes_of((code,))])
            out.append(Branch("industry", code, title_of(code), verdict, *cap))
    return tuple(out)


def _would_pass(
    level: int, admitted: str, cap: tuple[float, bool], findings: Sequence[Finding],
    branches: Sequence[Branch],
) -> tuple[str, ...]:  # fmt: skip
    if level == 0:
        return ()
    out = []
    if cap[0] > 0:
        out.append(f"a foreign stake {stake_text(*cap)}")
    out += [w for f in findings if f.applies == "yes" for w in f.would_pass if w not in out]
    if admitted == "depends":
        free = [b for b in branches if b.verdict == "permitted"]
        out += [f"{b.kind} {b.value}: {b.title}" for b in free]
    return tuple(dict.fromkeys(out))
