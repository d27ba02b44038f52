"""Check the rule files on data that leave an economy and bundle them as ``dataflow_<code>.toml``.

A file of ``facts/dataflows`` is copied byte for byte; its sources become the metadata's.
Run: ``python data/build_dataflow_rules.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import sys
from pathlib import Path

from _common import write_file
from beltroad.errors import InputError
from beltroad.policy.dataflows.model import RuleSet
from beltroad.policy.dataflows.reading import read_rules

FACTS = Path(__file__).resolve().parent / "facts" / "dataflows"
UNCONFIRMED = "unconfirmed"


def faults(path: Path, law: RuleSet) -> list[str]:
    """What the reader does not ask for but a bundled file must keep to."""
    found = []
    if path.stem != law.exporter.lower():
        found.append(f"{path.name}: holds the rules of {law.exporter}")
    used = {row.source for row in (*law.rules, *law.duties, *law.validities)}
    used |= {group.source for group in law.groups.values()}
    found += [f"{path.name}: source {name} is not used" for name in sorted(set(law.sources) - used)]
    for row in (*law.rules, *law.duties, *law.validities):
        if row.confidence == "low" and UNCONFIRMED not in row.note:
            found.append(f"{path.name}: {row.id} is of low confidence but not marked unconfirmed")
        if not law.sources[row.source].url and row.confidence != "low":
            found.append(f"{path.name}: {row.id} rests on a source that was not read")
    for group in law.groups.values():
        for member in group.members.values():
            if member.confidence == "low" and UNCONFIRMED not in member.note:
                found.append(f"{path.name}: {group.id} {member.iso3} is not marked unconfirmed")
    return found


def main() -> int:
    """Check, report, write."""
    laws: dict[Path, RuleSet] = {}
    found: list[str] = []
    for path in sorted(FACTS.glob("*.toml")):
        try:
            laws[path] = read_rules(path)
        except InputError as error:
            found.append(str(error))
            continue
        found += faults(path, laws[path])
    if found:
        print(f"dataflow rules: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    for path, law in laws.items():
        print(f"{law.exporter}: {len(law.rules)} rules from {law.first_day}")
        if "--check" in sys.argv:
            continue
        write_file(
            f"dataflow_{path.stem}",
            path.read_bytes(),
            "toml",
            title=f"Rules on data leaving an economy. {law.title}",
            script="data/build_dataflow_rules.py",
            sources=[
                {"title": s.title, "url": s.url, "licence": s.licence, "vintage": s.vintage}
                for s in law.sources.values()
            ],
            rows=len(law.rules) + len(law.duties) + len(law.validities),
            notes="Paraphrased rules with their articles, written by hand; not legal advice. "
            "Form: docs/methods/data-flows.md.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
