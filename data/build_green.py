"""Check and write the tables of the green pages: classes, factors, coal terms, policy.

Tables ``green_classes``, ``green_type_rules``, ``green_construction``, ``green_freight_factors``,
``green_coal_terms`` and ``green_policy``. Run: ``python data/build_green.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "green"
LEVELS = ("significant", "moderate", "none", "positive")
EFFECTS = ("climate", "pollution", "biodiversity")
CONFIDENCE = ("high", "medium", "low")
SOURCE = {
    "source_title": ("-", "publication"),
    "source_url": ("-", "address where it was read; empty if it was not"),
    "source_date": ("-", "date or year of the publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what was read, remembered or assumed"),
}
CLASSES = {
    "type": ("-", "project type"),
    "title": ("-", "project type in words"),
    "sector": ("-", "sector"),
    "excluded": ("-", "yes where the study is reported to put it on the separate exclusion list"),
    "class_before": ("-", "red, yellow or green before mitigation"),
    "class_after": ("-", "class with the mitigation; empty where none is known to move it"),
    **{e: ("-", f"effect on {e}: significant, moderate or no harm, or positive") for e in EFFECTS},
    **{f"{e}_reason": ("-", f"why, for {e}") for e in EFFECTS},
    "mitigation": ("-", "what moves the class up; empty if nothing is known to"),
    **{f"{e}_after": ("-", f"effect on {e} with the mitigation") for e in EFFECTS},
    "basis": ("-", "listed (reported of the study), remembered, or judgement by the three effects"),
    **SOURCE,
}
RULES = {
    "order": ("1", "the first rule that fits counts"),
    "field": ("-", "name, kind, mode_effect or mode_name: what the pattern is held against"),
    "pattern": ("-", "regular expression, any case; kind and mode_effect must fit as a whole"),
    "type": ("-", "project type of green_classes"),
    "note": ("-", "why"),
}
CONSTRUCTION = {
    "kind": ("-", "kind of works"),
    "title": ("-", "kind in words"),
    "unit": ("-", "unit of the factors"),
    "low": ("as the column unit says", "low factor"),
    "central": ("as the column unit says", "central factor"),
    "high": ("as the column unit says", "high factor"),
    **SOURCE,
}
FREIGHT = {
    "mode": ("-", "mode of the network parameter gco2e_per_tkm"),
    "what": ("-", "vehicle and region of the published factor"),
    "low_gco2e_per_tkm": ("g CO2e per tonne-km", "lower published value"),
    "high_gco2e_per_tkm": ("g CO2e per tonne-km", "upper published value"),
    "scope": ("-", "well to wheel, tank to wheel or not stated"),
    **SOURCE,
}
TERMS = {
    "term": ("-", "word, or regular expression in English"),
    "kind": ("-", "coal, power_coal, thermal, power, mining, transport, not_coal or leaving"),
    "language": ("-", "en or zh"),
    "note": ("-", "why"),
}
POLICY = {
    "key": ("-", "name of the row"),
    "date": ("-", "YYYY-MM-DD or YYYY-MM"),
    "what": ("-", "document or event"),
    "who": ("-", "by whom, and what it says"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "address where it was read; empty if none"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "force, exceptions"),
}
KINDS = ("coal", "power_coal", "thermal", "power", "mining", "transport", "not_coal", "leaving")


def traffic_light(effects: tuple[str, ...]) -> str:
    """Class by the three effects: the worst counts, and green needs a contribution."""
    if "significant" in effects:
        return "red"
    return "green" if "moderate" not in effects and "positive" in effects else "yellow"


def class_faults(table: pd.DataFrame) -> list[str]:
    """Effects and classes that do not go together."""
    faults = [f"{t}: given twice" for t in table["type"][table["type"].duplicated()]]
    for row in table.to_dict("records"):
        where = row["type"]
        before = tuple(row[e] for e in EFFECTS)
        after = tuple(row[f"{e}_after"] for e in EFFECTS)
        if not set(before) <= set(LEVELS) or row["class_before"] != traffic_light(before):
            faults.append(f"{where}: class {row['class_before']!r} with effects {before}")
        if bool(row["mitigation"]) != bool(row["class_after"]):
            faults.append(f"{where}: a mitigation goes with a class after it")
        if row["mitigation"] and row["class_after"] != traffic_light(after):
            faults.append(f"{where}: class after {row['class_after']!r} with effects {after}")
        if row["basis"] not in ("listed", "remembered", "judgement"):
            faults.append(f"{where}: basis {row['basis']!r}")
        if row["basis"] != "listed" and row["confidence"] != "low":
            faults.append(f"{where}: what was not read has low confidence")
        if row["basis"] == "listed" and not row["source_url"].startswith("http"):
            faults.append(f"{where}: listed where?")
    return faults


def rule_faults(table: pd.DataFrame) -> list[str]:
    """Patterns that are none, and types that do not exist."""
    known = set(_read("project_types")["type"])
    faults = [] if list(table["order"]) == [str(k + 1) for k in range(len(table))] else ["order"]
    for row in table.to_dict("records"):
        if row["field"] not in ("name", "kind", "mode_effect", "mode_name"):
            faults.append(f"rule {row['order']}: field {row['field']!r}")
        if row["type"] not in known:
            faults.append(f"rule {row['order']}: type {row['type']!r}")
        faults += _pattern(row["pattern"], f"rule {row['order']}")
    return faults


def construction_faults(table: pd.DataFrame) -> list[str]:
    """Factors out of order."""
    return [
        f"{r['kind']}: low, central and high are not above 0 and in order"
        for r in table.to_dict("records")
        if not 0 < float(r["low"]) < float(r["central"]) < float(r["high"])
    ]


def freight_faults(table: pd.DataFrame) -> list[str]:
    """Ranges out of order or of bounds."""
    return [
        f"{r['mode']} {r['what']}: range"
        for r in table.to_dict("records")
        if not 1 <= float(r["low_gco2e_per_tkm"]) <= float(r["high_gco2e_per_tkm"]) <= 3000
    ]


def term_faults(table: pd.DataFrame) -> list[str]:
    """Kinds and languages that do not exist, terms given twice."""
    faults = [f"{t}: given twice" for t in table["term"][table["term"].duplicated()]]
    for row in table.to_dict("records"):
        if row["kind"] not in KINDS or row["language"] not in ("en", "zh"):
            faults.append(f"{row['term']}: kind {row['kind']!r}, language {row['language']!r}")
        faults += _pattern(row["term"], row["term"])
    return faults


def policy_faults(table: pd.DataFrame) -> list[str]:
    """Dates that are none; the commitment must be there to the day."""
    dates = table.set_index("key")["date"]
    faults = [
        f"{k}: date {d!r}" for k, d in dates.items() if not re.fullmatch(r"\d{4}-\d\d(-\d\d)?", d)
    ]
    return faults + ([] if len(dates.get("no_new_coal", "")) == 10 else ["no_new_coal: no day"])


def _pattern(text: str, where: str) -> list[str]:
    try:
        re.compile(text)
    except re.error as fault:
        return [f"{where}: {text!r} is no regular expression: {fault}"]
    return []


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


Checks = Callable[[pd.DataFrame], list[str]]
TABLES: dict[str, tuple[str, str, dict[str, tuple[str, str]], Checks, str]] = {
    "green_classes": (
        "project_types", "Project types and their class under the Green Development Guidance",
        CLASSES, class_faults,
        "The annex of the baseline study with its list of types could not be read: rows are what "
        "reports say of it (listed), what is remembered, or our judgement by the three effects.",
    ),
    "green_type_rules": (
        "type_rules", "Which project is of which type", RULES, rule_faults, "",
    ),
    "green_construction": (
        "construction", "Emissions of building infrastructure", CONSTRUCTION, construction_faults,
        "Ranges span an order of magnitude. Half, double and shares are assumptions and say so.",
    ),
    "green_freight_factors": (
        "freight_factors", "Published freight emission factors beside the network's own", FREIGHT,
        freight_faults, "For comparison only; routes use network_parameters.",
    ),
    "green_coal_terms": (
        "coal_terms", "Words that point to coal, in English and Chinese", TERMS, term_faults, "",
    ),
    "green_policy": (
        "policy", "Dated documents on a green Belt and Road and on coal abroad", POLICY,
        policy_faults, "",
    ),
}  # fmt: skip


def main() -> None:
    """Check every table, then write them all."""
    read, faults = {}, []
    for name, (facts, _, columns, check, _) in TABLES.items():
        table = read[name] = _read(facts)
        if list(table.columns) != list(columns):
            faults.append(f"{facts}: columns must be {', '.join(columns)}")
            continue
        if "confidence" in table:
            wrong = table[~table["confidence"].isin(CONFIDENCE)]
            faults += [f"{facts}, row {k + 2}: confidence" for k in wrong.index]
        faults += [f"{facts}: {fault}" for fault in check(table)]
    if faults:
        raise SystemExit("\n".join(faults))
    for name, (_, title, columns, _, notes) in TABLES.items():
        table = read[name]
        write_table(
            name, table, title=title, script="data/build_green.py", columns=columns,
            sources=_sources(table), notes=notes,
        )  # fmt: skip


def _sources(table: pd.DataFrame) -> list[dict[str, str]]:
    """Every publication of a table once; a word list has itself."""
    if "source_title" not in table:
        return [{"title": "beltroad, own rules", "url": "", "licence": "single figures cited",
                 "vintage": "2026"}]  # fmt: skip
    day = "source_date" if "source_date" in table else "date"
    seen = table.drop_duplicates("source_title")
    return [
        {"title": r["source_title"], "url": r["source_url"], "licence": "single figures cited",
         "vintage": r[day]}
        for r in seen.to_dict("records")
    ]  # fmt: skip


if __name__ == "__main__":
    main()
