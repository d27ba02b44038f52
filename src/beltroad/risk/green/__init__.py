"""Green: class of a project, emissions of building it, freight factors, leads to coal."""

from beltroad.risk.green.areas import Area, crosses, read_areas
from beltroad.risk.green.classes import GreenType, class_of, green_type, green_types, type_of
from beltroad.risk.green.classify import classified, classify
from beltroad.risk.green.coal import commitment_date, screen_coal
from beltroad.risk.green.construction import construction_emissions, construction_factors
from beltroad.risk.green.factors import freight_factors
from beltroad.risk.green.reading import read_coal_file, read_green_file

__all__ = [
    "Area",
    "GreenType",
    "class_of",
    "classified",
    "classify",
    "commitment_date",
    "construction_emissions",
    "construction_factors",
    "crosses",
    "freight_factors",
    "green_type",
    "green_types",
    "read_areas",
    "read_coal_file",
    "read_green_file",
    "screen_coal",
    "type_of",
]
