"""Check the hand-written claims and write the five bundled tables about them.

A claim is one figure that somebody published: who said it, where, of what, for when. The script
changes nothing in the facts; claims that disagree stay beside each other. It refuses to write when
a row breaks a rule and names every fault at once.

Run: ``python data/build_claims.py``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
CLAIMS = FACTS / "claims"
SCRIPT = "data/build_claims.py"
# claims.csv holds the programme documents, claims_*.csv the further series, one column order.
CLAIM_FILES = ("claims.csv", "claims_*.csv")
PILLARS = {"policy", "infrastructure", "trade", "finance", "people", "risk"}
MEASURES = {"stock", "flow", "cumulative", "change", "count", "rank", "ratio"}
GEOGRAPHY_KINDS = {"group", "region", "place"}
BOUNDS = {
    "exact", "about", "nearly", "more_than", "at_least", "less_than", "up_to", "between",
    "tens_of",
}  # fmt: skip
STATUS = {"read", "unconfirmed"}
CONFIDENCE = {"high", "medium", "low"}
CHECK_KINDS = {"identity", "growth", "share", "base", "comparison"}
CURRENCIES = {"USD", "CNY", "EUR"}
WORDS = 12
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE = re.compile(r"[A-Z][A-Z0-9_]+")
WHEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def main() -> None:
    """Write ``claims``, ``claim_documents``, ``claim_indicators`` and the two tables beside."""
    tables = read_facts()
    faults = list(broken(tables))
    if faults:
        raise SystemExit("\n".join(faults))
    for name, key, frame in (
        ("claim_documents", "document", tables["documents"]),
        ("claim_indicators", "indicator", tables["indicators"]),
        ("claim_geographies", "geography", tables["geographies"]),
        ("claim_checks", "check_id", tables["checks"]),
        ("claims", "claim_id", tables["claims"]),
    ):
        _write(name, frame.sort_values(key, kind="stable"))


def read_facts() -> dict[str, pd.DataFrame]:
    """Frames of text by table name, and ``codes`` with the known ISO 3166-1 codes."""
    tables = {
        name: _read(CLAIMS / f"{name}.csv")
        for name in ("documents", "indicators", "geographies", "checks")
    }
    paths = [path for pattern in CLAIM_FILES for path in sorted(CLAIMS.glob(pattern))]
    tables["claims"] = pd.concat([_read(path) for path in paths], ignore_index=True)
    lists = (FACTS / "economies.csv", BUNDLE / "economy_codes.csv")
    codes = pd.concat([_read(path)[["iso3", "iso2"]] for path in lists if path.exists()])
    tables["codes"] = codes.drop_duplicates()
    return tables


def broken(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Each fault of the facts as one line ``table key: what``."""
    yield from _broken_columns(tables)
    yield from _broken_documents(tables["documents"])
    yield from _broken_indicators(tables["indicators"])
    taken = set(tables["codes"]["iso3"]) | set(tables["codes"]["iso2"])
    for row in tables["geographies"].itertuples():
        if not CODE.fullmatch(row.geography) or row.geography in taken:
            yield f"geographies {row.geography}: no code of its own"
        if row.kind not in GEOGRAPHY_KINDS or not row.title:
            yield f"geographies {row.geography}: kind or title"
    for table, key in (
        ("documents", "document"), ("indicators", "indicator"), ("geographies", "geography"),
        ("checks", "check_id"), ("claims", "claim_id"),
    ):  # fmt: skip
        column = tables[table][key]
        for value in sorted(set(column[column.duplicated()])):
            yield f"{table} {value}: twice"
    yield from _broken_claims(tables)
    yield from _broken_checks(tables)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype=str)


def _broken_columns(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    for name, frame in tables.items():
        wanted = list(COLUMNS[name]) if name in COLUMNS else ["iso3", "iso2"]
        if list(frame.columns) != wanted:
            raise SystemExit(f"{name}: columns {list(frame.columns)} instead of {wanted}")
        for column in frame.columns:
            untidy = frame[column] != frame[column].str.strip()
            if untidy.any():
                yield f"{name}: blanks round {column} in row {frame.index[untidy][0] + 1}"


def _broken_documents(documents: pd.DataFrame) -> Iterator[str]:
    for row in documents.itertuples():
        if not SLUG.fullmatch(row.document):
            yield f"documents {row.document}: no slug"
        for column in ("title", "publisher", "language", "licence"):
            if not getattr(row, column):
                yield f"documents {row.document}: {column} is empty"
        if not _valid_date(row.published_on):
            yield f"documents {row.document}: published_on {row.published_on!r} is no date"
        if row.url and not re.fullmatch(r"https?://\S+", row.url):
            yield f"documents {row.document}: url {row.url!r}"


def _broken_indicators(indicators: pd.DataFrame) -> Iterator[str]:
    for row in indicators.itertuples():
        if not NAME.fullmatch(row.indicator):
            yield f"indicators {row.indicator}: no name of the form a_b"
        if row.pillar not in PILLARS:
            yield f"indicators {row.indicator}: pillar {row.pillar!r}"
        if row.measure not in MEASURES:
            yield f"indicators {row.indicator}: measure {row.measure!r}"
        if not row.unit or not row.title or not row.description:
            yield f"indicators {row.indicator}: unit, title or description is empty"


def _broken_claims(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    documents = tables["documents"].set_index("document")
    indicators = tables["indicators"].drop_duplicates("indicator").set_index("indicator")
    places = set(tables["geographies"]["geography"]) | set(tables["codes"]["iso3"])
    for row in tables["claims"].itertuples():
        say = f"claims {row.claim_id}:"
        if row.document not in documents.index:
            yield f"{say} unknown document {row.document!r}"
        elif not re.fullmatch(rf"{re.escape(row.document)}-\d{{2,}}", row.claim_id):
            yield f"{say} the id is not its document and a number"
        if row.indicator not in indicators.index:
            yield f"{say} unknown indicator {row.indicator!r}"
        else:
            indicator = indicators.loc[row.indicator]
            if row.unit != indicator["unit"]:
                yield f"{say} unit {row.unit!r}, the indicator has {indicator['unit']!r}"
            if row.pillar != indicator["pillar"]:
                yield f"{say} pillar {row.pillar!r}, the indicator has {indicator['pillar']!r}"
            if indicator["measure"] == "flow" and not row.period_start:
                yield f"{say} a flow without period_start"
        for column, allowed in (
            ("bound", BOUNDS), ("status", STATUS), ("confidence", CONFIDENCE),
            ("pillar", PILLARS),
        ):  # fmt: skip
            if getattr(row, column) not in allowed:
                yield f"{say} {column} {getattr(row, column)!r}"
        for column in ("subject", "said_by", "place"):
            if not getattr(row, column):
                yield f"{say} {column} is empty"
        if row.geography not in places:
            yield f"{say} unknown geography {row.geography!r}"
        if row.partner and row.partner not in places:
            yield f"{say} unknown partner {row.partner!r}"
        if row.partner == row.geography:
            yield f"{say} geography and partner are the same"
        yield from _broken_figure(row, say)
        yield from _broken_period(row, say)
        yield from _broken_standing(row, say)


def _broken_figure(row: object, say: str) -> Iterator[str]:
    value, high = _number(row.value), _number(row.value_high)
    if value is None:
        yield f"{say} value {row.value!r} is no number"
    if (row.bound == "between") != bool(row.value_high):
        yield f"{say} value_high and the bound 'between' go together"
    if row.value_high and (high is None or value is None or high <= value):
        yield f"{say} value_high {row.value_high!r} is not above the value"
    if (row.unit in CURRENCIES) != (row.price_basis == "current prices"):
        yield f"{say} price_basis {row.price_basis!r} with unit {row.unit}"
    if row.status == "read" and not row.wording:
        yield f"{say} no wording"
    if len(row.wording.split()) > WORDS:
        yield f"{say} wording of {len(row.wording.split())} words, {WORDS} at most"


def _broken_period(row: object, say: str) -> Iterator[str]:
    if not _valid_date(row.period_end):
        yield f"{say} period_end {row.period_end!r} is no date"
    if row.period_start and not _valid_date(row.period_start):
        yield f"{say} period_start {row.period_start!r} is no date"
    # Of different length, so only the common part can be compared.
    common = min(len(row.period_start), len(row.period_end))
    if row.period_start[:common] > row.period_end[:common]:
        yield f"{say} the period starts after its end"


def _broken_standing(row: object, say: str) -> Iterator[str]:
    admitted = row.confidence == "low" and "unconfirmed" in row.note
    if row.status == "unconfirmed" and not admitted:
        yield f"{say} unconfirmed needs confidence low and a note that says so"


def _broken_checks(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    claims = set(tables["claims"]["claim_id"])
    for row in tables["checks"].itertuples():
        say = f"checks {row.check_id}:"
        if not SLUG.fullmatch(row.check_id) or not row.title or not row.unit or not row.note:
            yield f"{say} id, title, unit or note"
        if row.kind not in CHECK_KINDS:
            yield f"{say} kind {row.kind!r}"
        names = {}
        for part in row.inputs.split(";"):
            name, _, claim = part.partition("=")
            if not NAME.fullmatch(name) or name in names or claim not in claims:
                yield f"{say} input {part!r}"
            names[name] = claim
        used = _names(row.formula)
        if used is None:
            yield f"{say} formula {row.formula!r} has more than + - * / ** ( ) names and numbers"
        elif used != set(names):
            yield f"{say} the formula uses {sorted(used)}, the inputs give {sorted(names)}"
        if row.expected.startswith("="):
            if _number(row.expected[1:]) is None:
                yield f"{say} expected {row.expected!r} is no number"
        elif row.expected not in claims:
            yield f"{say} expected {row.expected!r} is no claim"


def _names(formula: str) -> set[str] | None:
    """Names in an arithmetic formula; None when it holds anything else."""
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError:
        return None
    allowed = (
        ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Load, ast.Add,
        ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
    )  # fmt: skip
    nodes = list(ast.walk(tree))
    if not all(isinstance(node, allowed) for node in nodes):
        return None
    if any(isinstance(n, ast.Constant) and type(n.value) not in (int, float) for n in nodes):
        return None
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _number(text: str) -> float | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return None
    return float(text)


def _valid_date(text: str) -> bool:
    match = WHEN.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return 2000 <= int(match[1]) <= 2035


def _write(name: str, frame: pd.DataFrame) -> None:
    source = {
        "title": "The document named in each row of claim_documents",
        "url": "",
        "licence": "facts",
        "vintage": "documents published 2016-2026, read on 2026-11-22",
    }
    columns = COLUMNS[name.removeprefix("claim_")]
    write_table(
        name,
        frame[list(columns)],
        title=TITLES[name],
        script=SCRIPT,
        sources=[source],
        columns=columns,
        notes="A claim is what its speaker said, not what is true. Claims that disagree are kept. "
        "'unconfirmed' marks a remembered figure whose document was not read.",
    )


TITLES = {
    "claims": "Published figures on Belt and Road cooperation, one row a figure and a document",
    "claim_documents": "Documents the claims come from",
    "claim_indicators": "Indicators of the claims",
    "claim_geographies": "Groups, regions and places of the claims that have no ISO code",
    "claim_checks": "Figures that follow from other claims, to be recomputed",
}
COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "documents": {
        "document": ("-", "slug"),
        "title": ("-", "title"),
        "author": ("-", "author, if named"),
        "publisher": ("-", "publisher"),
        "published_on": ("-", "YYYY, YYYY-MM or YYYY-MM-DD"),
        "language": ("-", "ISO 639-1 code of the language read"),
        "url": ("-", "where it was read, empty when not on line or not read"),
        "licence": ("-", "'facts': single figures taken over"),
        "note": ("-", "remarks"),
    },
    "indicators": {
        "indicator": ("-", "name"),
        "title": ("-", "title"),
        "unit": ("-", "unit of all its claims"),
        "pillar": ("-", "policy, infrastructure, trade, finance, people or risk"),
        "measure": (
            "-",
            "stock, flow, cumulative (never falls), change, count, rank or ratio",
        ),
        "description": ("-", "what is counted"),
    },
    "geographies": {
        "geography": ("-", "code that is no ISO 3166-1 code"),
        "title": ("-", "title"),
        "kind": ("-", "group, region or place"),
        "note": ("-", "remarks"),
    },
    "claims": {
        "claim_id": ("-", "document and running number"),
        "document": ("-", "key of claim_documents"),
        "place": ("-", "paragraph (non-empty lines counted from 1), page or section"),
        "wording": ("-", "at most 12 words round the figure, empty when not read"),
        "pillar": ("-", "policy, infrastructure, trade, finance, people or risk"),
        "subject": ("-", "what is counted, in plain words"),
        "indicator": ("-", "key of claim_indicators"),
        "value": ("see unit", "the figure, in unit; lower end of a range"),
        "value_high": ("see unit", "upper end of a range"),
        "bound": ("-", "exact, about, nearly, more_than, at_least, less_than, up_to, between, "
                  "tens_of (order of magnitude)"),
        "unit": ("-", "unit of value"),
        "price_basis": ("-", "'current prices' for money"),
        "period_start": ("-", "start of the flow, or of the accumulation when said"),
        "period_end": ("-", "end of the flow, or day as of which"),
        "geography": ("-", "ISO 3166-1 alpha-3, XKX, or a key of claim_geographies"),
        "partner": ("-", "counterpart, same codes, or empty"),
        "said_by": ("-", "person or body that says it"),
        "status": ("-", "read, or unconfirmed (remembered, document not read)"),
        "confidence": ("-", "high: official text read; medium: report or translation; low"),
        "note": ("-", "remarks: definitions, dating"),
    },
    "checks": {
        "check_id": ("-", "slug"),
        "title": ("-", "what is checked"),
        "formula": ("-", "arithmetic over the names of inputs"),
        "inputs": ("-", "name=claim_id;name=claim_id"),
        "expected": ("-", "claim_id, or '=' and a number when no document states it"),
        "unit": ("-", "unit of the result"),
        "kind": ("-", "identity, growth, share, base or comparison"),
        "note": ("-", "what a disagreement may mean"),
    },
}  # fmt: skip


if __name__ == "__main__":
    main()
