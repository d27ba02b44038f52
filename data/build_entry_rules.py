"""Build ``entry_<id>``: every rule list of ``facts/entry``, as reviewed, checked and bundled.

Run: ``python data/build_entry_rules.py`` (``--check`` only reads and reports).
"""

from __future__ import annotations

import sys
from pathlib import Path

from _common import BUNDLE, write_file
from beltroad.errors import InputError
from beltroad.policy.entry import RuleList, read_list

FOLDER = Path(__file__).resolve().parent / "facts" / "entry"


def main() -> None:
    """Read all lists, refuse together, write each as it is."""
    faults: list[str] = []
    found: dict[Path, RuleList] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            found[path] = read_list(path)
        except InputError as error:
            faults.append(str(error))
            continue
        if found[path].header.id != path.stem:
            faults.append(f"{path.name}: its id is {found[path].header.id}")
        faults += [f"{path.name}: {f}" for f in unconfirmed(found[path])]
    faults += overlaps(list(found.values()))
    if faults:
        raise SystemExit("\n".join(faults))
    for path, rules in found.items():
        head = rules.header
        print(f"{head.id}: {len(rules.items)} items, {len(rules.measures())} measures")
        if "--check" not in sys.argv[1:]:
            write(path, rules)


def unconfirmed(rules: RuleList) -> list[str]:
    """Rows of low confidence must say so in words, and only what was read has an address."""
    rows = [(i.number, i.confidence or rules.header.confidence, i.note) for i in rules.items]
    rows += [(m.activity, m.confidence, m.note) for _, m in rules.measures()]
    rows += [(e.id, e.confidence or rules.header.confidence, e.note) for e in rules.exemptions]
    rows += [(v.title, v.confidence, v.dropped) for v in rules.versions]
    rows += [(m.iso3, m.confidence, m.note) for g in rules.groups for m in g.member]
    said = any("unconfirmed" in note for note in rules.header.notes)
    return [
        f"{name}: confidence low without the word unconfirmed in its note"
        for name, confidence, note in rows
        if confidence == "low" and "unconfirmed" not in note and not said
    ]


def overlaps(lists: list[RuleList]) -> list[str]:
    """Two lists of one host, topic and place must not be in force on one day.

    A country may have several procedures side by side (one an authority), so only negative lists
    are compared.
    """
    out = []
    kept = [r for r in lists if r.header.kind == "negative_list"]
    for i, one in enumerate(kept):
        for two in kept[i + 1 :]:
            a, b = sorted((one.header, two.header), key=lambda h: h.in_force_from)
            same = (a.host, a.topic, a.zones) == (b.host, b.topic, b.zones)
            if same and (a.in_force_to is None or a.in_force_to >= b.in_force_from):
                out.append(f"{a.id} and {b.id} are both in force on {b.in_force_from}")
    return out


def write(path: Path, rules: RuleList) -> None:
    """The file as it is, with its sources beside it."""
    head = rules.header
    write_file(
        f"entry_{head.id}",
        path.read_bytes(),
        suffix="toml",
        title=head.title,
        script="data/build_entry_rules.py",
        sources=[
            {"title": s.title, "url": s.url, "licence": s.licence, "vintage": s.vintage}
            for s in rules.sources
        ],
        rows=len(rules.items),
        notes=f"{head.kind}, {head.topic}; in force from {head.in_force_from}"
        + (f" to {head.in_force_to}" if head.in_force_to else "")
        + f"; known as of {head.as_of}. Paraphrased: the official text prevails.",
    )


if __name__ == "__main__":
    if not BUNDLE.is_dir():
        raise SystemExit(f"{BUNDLE} is not there")
    main()
