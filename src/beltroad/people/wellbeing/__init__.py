"""Small wellbeing projects: a registry, what it costs to reach people, OC4IDS and IATI files."""

from beltroad.people.wellbeing.iati import from_xml, to_xml, without_date
from beltroad.people.wellbeing.measures import (
    cost_per_person,
    coverage,
    evaluation_share,
    gaps,
    totals,
    with_cost_and_people,
)
from beltroad.people.wellbeing.oc4ids import from_package, to_package
from beltroad.people.wellbeing.oc4ids_check import package_faults, schema_faults
from beltroad.people.wellbeing.readers import read
from beltroad.people.wellbeing.registry import BASES, COLUMNS, KINDS, counted, project, projects

__all__ = [
    "BASES", "COLUMNS", "KINDS", "cost_per_person", "counted", "coverage", "evaluation_share",
    "from_package", "from_xml", "gaps", "package_faults", "project", "projects", "read",
    "schema_faults", "to_package", "to_xml", "totals", "with_cost_and_people",
    "without_date",
]  # fmt: skip
