"""Matchers of names on labelled pairs: F1, precision and recall out of sample, and speed.

    python benchmarks/screening_pairs.py PATH [--speed]

PATH is a CSV with the columns name1, name2, schema (Person, Company, Vessel ...) and is_match
(true or false), such as contrib/name_bench/cases.csv of the repository opensanctions/nomenklatura
(MIT licence; not part of this one). Pairs are split in two halves by a digest of the names. The
threshold of every matcher is the best one of the first half; what is printed is its result on the
second half, which our weights have not seen either. nomenklatura takes part where it is installed
(``pip install nomenklatura``; it needs the headers of ICU).

With ``--speed`` 10,000 made names are screened against 20,000 made entries, and it is counted how
many true pairs of the second half our index loses.

Ends with exit code 1 if our F1 on the second half is below 0.74.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from beltroad.risk.integrity.screening import nomenklatura
from beltroad.risk.integrity.screening.index import Index
from beltroad.risk.integrity.screening.matching import likeness
from beltroad.risk.integrity.screening.measured import MEASURED
from beltroad.risk.integrity.screening.names import folded, name_of
from beltroad.risk.integrity.screening.similarity import edits

BAR = 0.74
KINDS = {"Person": "person", "Vessel": "vessel"}
Pair = tuple[str, str, str, bool]


def read(path: Path) -> tuple[list[Pair], list[Pair]]:
    halves: tuple[list[Pair], list[Pair]] = ([], [])
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            key = f"{row['name1']}|{row['name2']}|{row['schema']}".encode()
            half = hashlib.sha256(key).digest()[0] % 2
            match = row["is_match"].lower() == "true"
            halves[half].append((row["name1"], row["name2"], row["schema"], match))
    return halves


def levenshtein(a: str, b: str, _schema: str) -> float:
    a, b = a.casefold().strip(), b.casefold().strip()
    return 1 - edits(a, b) / max(len(a), len(b), 1)


def token_sorted(a: str, b: str, _schema: str) -> float:
    a, b = " ".join(sorted(folded(a))), " ".join(sorted(folded(b)))
    return 1 - edits(a, b) / max(len(a), len(b), 1)


def own(a: str, b: str, schema: str) -> float:
    kind = KINDS.get(schema, "organisation")
    return likeness(name_of(a, kind), name_of(b, kind))


def measure(scores: Sequence[float], pairs: Sequence[Pair], at: float) -> tuple[float, ...]:
    hits = [score >= at for score in scores]
    true = sum(hit and pair[3] for hit, pair in zip(hits, pairs, strict=True))
    precision = true / max(sum(hits), 1)
    recall = true / max(sum(pair[3] for pair in pairs), 1)
    return 2 * precision * recall / max(precision + recall, 1e-12), precision, recall


def best(scores: Sequence[float], pairs: Sequence[Pair]) -> float:
    """Threshold of the best F1; the middle one where several are as good."""
    grid = [t / 100 for t in range(30, 100)]
    found = [measure(scores, pairs, at)[0] for at in grid]
    top = [at for at, f1 in zip(grid, found, strict=True) if f1 >= max(found) - 1e-9]
    return top[len(top) // 2]


def compare(path: Path) -> float:
    first, second = read(path)
    print(f"{len(first)} pairs to choose the threshold, {len(second)} to measure "
          f"({sum(p[3] for p in second)} of one person or firm)")  # fmt: skip
    matchers: dict[str, Callable[[str, str, str], float]] = {
        "Levenshtein": levenshtein, "Levenshtein, words sorted": token_sorted, "own": own,
    }  # fmt: skip
    if nomenklatura.available():
        matchers["nomenklatura logic-v2"] = nomenklatura.pair_scorer()
    else:
        print("nomenklatura is not installed here: not measured")
    ours = 0.0
    print(f"{'matcher':28}{'threshold':>10}{'F1':>7}{'precision':>11}{'recall':>8}"
          f"{'F1 at 0.7':>11}{'us/pair':>9}")  # fmt: skip
    for label, matcher in matchers.items():
        start = time.process_time()
        halves = [[matcher(*pair[:3]) for pair in half] for half in (first, second)]
        spent = (time.process_time() - start) / (len(first) + len(second))
        at = best(halves[0], first)
        f1, precision, recall = measure(halves[1], second, at)
        fixed = measure([*halves[0], *halves[1]], [*first, *second], 0.7)[0]
        print(f"{label:28}{at:10.2f}{f1:7.3f}{precision:11.3f}{recall:8.3f}{fixed:11.3f}"
              f"{spent * 1e6:9.0f}")  # fmt: skip
        if label == "own":
            ours = f1
            table = {t / 100: measure(halves[1], second, t / 100)[1:] for t in range(50, 100, 5)}
    print("own, second half, threshold: precision, recall (src/.../measured.py in brackets)")
    for at, (precision, recall) in table.items():
        print(f"  {at:.2f}: {precision:.3f}, {recall:.3f} {MEASURED.get(at, '')}")
    return ours


SYLLABLES = """ka ro mi ta len vo sa ri do ma ne li fu ha zo be pe gu ya chi ran del tor min vas
kov ski berg man ova dze yan son li wu zhang ahm ed"""


def speed(path: Path, count: int = 10_000) -> None:
    random.seed(7)
    parts = SYLLABLES.split()
    surnames = ["".join(random.choices(parts, k=random.randint(2, 4))) for _ in range(9000)]
    given = ["".join(random.choices(parts, k=random.randint(1, 3))) for _ in range(1500)]
    rare = [1 / (i + 20) for i in range(len(given))]  # some given names are common

    def made() -> str:
        firsts = random.choices(given, rare, k=random.choice((1, 1, 2)))
        return " ".join([*firsts, random.choice(surnames)])

    listed = [made() for _ in range(20_000)]
    asked = [made() for _ in range(count)]
    start = time.process_time()
    names = [name_of(each, "person") for each in listed]
    index = Index(names)
    built = time.process_time() - start
    compared = hits = 0
    start = time.process_time()
    for each in asked:
        name = name_of(each, "person")
        for position in index.candidates(name, 0.7).tolist():
            compared += 1
            hits += likeness(name, names[position]) >= 0.7
    spent = time.process_time() - start
    print(f"20,000 entries indexed in {built:.1f} s CPU; {count:,} names screened in {spent:.1f} s "
          f"({compared:,} of {count * 20_000:,} pairs compared, {hits:,} at 0.7+)")  # fmt: skip
    sample = random.sample(range(len(asked)), 40)
    lost = total = 0
    for i in sample:
        name = name_of(asked[i], "person")
        kept = set(index.candidates(name, 0.7).tolist())
        for position, other in enumerate(names):
            if likeness(name, other) >= 0.7:
                total += 1
                lost += position not in kept
    print(f"of {total} hits of {len(sample)} names among all entries, compared one by one, the "
          f"index loses {lost}")  # fmt: skip
    _, second = read(path)
    reached = missed = 0
    for a, b, schema, match in second:
        kind = KINDS.get(schema, "organisation")
        one, two = name_of(a, kind), name_of(b, kind)
        if match and likeness(one, two) >= 0.7:
            reached += 1
            missed += not len(Index([two]).candidates(one, 0.7))
    print(f"of {reached} true pairs of the second half at 0.7 or more the index loses {missed}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    ours = compare(options.path)
    if options.speed:
        speed(options.path)
    if ours < BAR:
        print(f"own F1 {ours:.3f} is below {BAR}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
