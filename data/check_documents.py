"""Check the claims of the programme documents against the documents, which the user has.

Every number of a document (digits, percentages, fractions, spelled-out numbers and ordinals) must
be a claim of that paragraph or stand in ``facts/claims/not_figures.csv`` with a reason; every
claim's wording must stand in its paragraph, and its value in the wording. The documents
themselves are not part of the repository, so this is a developer's check and no test.

Run: ``python data/check_documents.py FOLDER`` with the folder that holds the text files, one a
document, of any name; a file belongs to the document whose wordings it has.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

CLAIMS = Path(__file__).resolve().parent / "facts" / "claims"
UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
WORDS: dict[str, float] = {word: n for n, word in enumerate(UNITS.split())} | TENS
WORDS |= {"hundred": 100, "hundreds": 100, "dozen": 12, "dozens": 12, "thousands": 1000}
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
WORDS |= {word: n for n, word in enumerate(ORDINALS.split(), start=1)}
WORDS |= {"half": 50, "twice": 2, "double": 2, "triple": 3, "trinity": 3}
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
# Parts of a whole are claims in percent.
PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5}
# Words that state a number without being one.
MEANT = {"cleared": 0.0, "highest": 1.0}
NUMBER = re.compile(
    r"(?P<tens>tens of (?P<tens_scale>thousand|million|billion)s?)"
    r"|(?P<over>\d+)/(?P<under>\d+)"
    r"|(?P<count>one|two|three)-(?P<part>half|third|quarter|fifth)s?\b"
    r"|(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?:st|nd|rd|th|G)?"
    rf"|\b(?P<word>{'|'.join(sorted(WORDS, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
SCALE = re.compile(r"[\s-]*(thousand|million|billion|trillion)s?\b", re.IGNORECASE)
QUOTES = str.maketrans("\u201c\u201d\u2019\u2018\u2013", "\"\"''-")


@dataclass(frozen=True)
class Token:
    """One number of a paragraph: its text, its value, and where it starts."""

    text: str
    value: float
    start: int


def main(folder: Path) -> int:
    """Print what the check finds; 0 when nothing is uncovered and every claim stands."""
    claims = pd.read_csv(CLAIMS / "claims.csv", keep_default_na=False, dtype=str)
    excluded = pd.read_csv(CLAIMS / "not_figures.csv", keep_default_na=False, dtype=str)
    texts = {path.name: paragraphs(path) for path in sorted(folder.iterdir()) if path.is_file()}
    faults = 0
    for document, own in claims.groupby("document"):
        name = max(texts, key=lambda n: _found(own, texts[n]))
        skip = excluded[excluded["document"] == document]
        lines, counts = check_document(own, skip, texts[name])
        faults += len(lines)
        print(f"{document}: {name}, {counts}")
        for line in lines:
            print(f"  {line}")
    print(f"{len(claims)} claims of {claims['document'].nunique()} documents, {faults} faults")
    return 1 if faults else 0


def paragraphs(path: Path) -> list[str]:
    """Lines of a text file that are not empty, with plain quotation marks and single blanks."""
    lines = path.read_text(encoding="utf-8").translate(QUOTES).splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def numbers(text: str) -> list[Token]:
    """Every number in a text, with scale words (``21 million``) multiplied in."""
    return list(_numbers(text))


def check_document(
    claims: pd.DataFrame, excluded: pd.DataFrame, text: list[str]
) -> tuple[list[str], str]:
    """Faults of one document as lines, and its counts as a phrase."""
    faults = list(_broken_claims(claims, text))
    found = covered = left_out = 0
    unused = set(excluded.index)
    for place, paragraph in enumerate(text, start=1):
        own = claims[claims["place"] == str(place)]
        values = {float(v) for v in [*own["value"], *own["value_high"]] if v}
        masked, used = _mask(paragraph, excluded[excluded["place"].isin([str(place), "*"])])
        unused -= used
        every, kept = numbers(paragraph), numbers(masked)
        found += len(every)
        left_out += len(every) - len(kept)
        for token in kept:
            if _is_in(token.value, values):
                covered += 1
            else:
                near = paragraph[max(0, token.start - 30) : token.start + 40]
                faults.append(f"place {place}: {token.text!r} uncovered in ...{near}...")
    faults += [f"not_figures: {excluded.loc[i, 'token']!r} is not in the document" for i in unused]
    return faults, (
        f"{len(text)} paragraphs, {found} numbers: {covered} covered by {len(claims)} claims, "
        f"{left_out} no figures"
    )


def _numbers(text: str) -> Iterator[Token]:
    for match in NUMBER.finditer(text):
        if match["tens"]:
            yield Token(match[0], 10 * SCALES[match["tens_scale"].lower()], match.start())
            continue
        if match["over"]:
            value = 100 * int(match["over"]) / int(match["under"])
        elif match["part"]:
            value = 100 * WORDS[match["count"].lower()] / PARTS[match["part"].lower()]
        elif match["digits"]:
            value = float(match["digits"].replace(",", ""))
        else:
            value = WORDS[match["word"].lower()]
        scale = SCALE.match(text, match.end())
        yield Token(match[0], value * (SCALES[scale[1].lower()] if scale else 1), match.start())


def _mask(paragraph: str, excluded: pd.DataFrame) -> tuple[str, set[int]]:
    """The paragraph with what is no figure blanked out, and the rows that blanked something."""
    used = set()
    # Longest first, so that a phrase goes before a word inside it.
    for row in sorted(excluded.itertuples(), key=lambda r: -len(r.token)):
        phrase = re.escape(row.token.translate(QUOTES))
        pattern = re.compile(rf"(?<![\w.,]){phrase}(?!\w)", re.IGNORECASE)
        paragraph, count = pattern.subn(lambda m: " " * len(m[0]), paragraph)
        if count:
            used.add(row.Index)
    return paragraph, used


def _broken_claims(claims: pd.DataFrame, text: list[str]) -> Iterator[str]:
    for row in claims.itertuples():
        wording = row.wording.translate(QUOTES)
        place = int(row.place)
        if place > len(text) or wording not in text[place - 1]:
            yield f"{row.claim_id}: the wording is not in place {place}"
        said = {token.value for token in numbers(wording)}
        said |= {value for word, value in MEANT.items() if word in wording}
        for value in (row.value, row.value_high):
            if value and not _is_in(float(value), said):
                yield f"{row.claim_id}: {value} is not in the wording {wording!r}"


def _found(claims: pd.DataFrame, text: list[str]) -> int:
    whole = "\n".join(text)
    return sum(wording.translate(QUOTES) in whole for wording in claims["wording"])


def _is_in(value: float, values: set[float]) -> bool:
    return any(abs(value - other) <= 1e-6 * max(1.0, abs(other)) for other in values)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        raise SystemExit("usage: python data/check_documents.py FOLDER")
    raise SystemExit(main(Path(sys.argv[1])))
