"""Everything an appraisal gives as files: report, workbook, each table twice, map, scenario."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from beltroad.app.questions.scenarios.writing import toml_of

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.appraisal.result import Appraisal

__all__ = ["files_of", "tables_of"]


def tables_of(appraisal: Appraisal) -> dict[str, pd.DataFrame]:
    """All tables of an appraisal by their declared name."""
    named = {
        "countries": appraisal.countries,
        "projects": appraisal.projects,
        "pairs": appraisal.pairs,
        "sensitivity": appraisal.sensitivity,
        "yardsticks": appraisal.yardsticks,
        "assumptions": appraisal.assumptions,
        **appraisal.more,
        "access_cities": appraisal.access_cities,
        "access_countries": appraisal.access_countries,
    }
    return {name: table for name, table in named.items() if table is not None}


def _nothing() -> None:
    pass


def files_of(
    appraisal: Appraisal, given: Mapping[str, Any], before_each: Callable[[], None] = _nothing
) -> dict[str, bytes]:
    """Files by name: those of the command line, and for each table CSV and Parquet.

    ``before_each`` is called before each file; what it raises ends the writing.
    """
    from beltroad.appraisal.writing import result_files
    from beltroad.files import csv_bytes, parquet_bytes

    files = result_files(appraisal, before_each)
    for name, table in tables_of(appraisal).items():
        before_each()
        if name != "pairs":  # as CSV it would be larger than all else
            files.setdefault(f"{name}.csv", csv_bytes(table))
        files.setdefault(f"{name}.parquet", parquet_bytes(table))
    files["scenario.toml"] = toml_of(given).encode()
    files["projects.geojson"] = _drawn(appraisal)
    return files


def _drawn(appraisal: Appraisal) -> bytes:
    """The projects of the comparison as lines and points, new ones told apart."""
    from beltroad.infrastructure.projects.status import status_group

    facts = appraisal.projects.set_index("id", drop=False)
    layers = appraisal.map_layers
    shapes: list[tuple[str, dict[str, Any]]] = []
    lines = layers.lines[layers.lines["kind"] == "project"]
    for (project, _), part in lines.groupby(["project", "part"], sort=True):
        at = [[round(x, 4), round(y, 4)] for x, y in zip(part["lon"], part["lat"], strict=True)]
        if len(at) > 1:
            shapes.append((str(project), {"type": "LineString", "coordinates": at}))
    points = layers.points[layers.points["kind"] == "project"]
    for project, lon, lat in zip(points["project"], points["lon"], points["lat"], strict=True):
        point = {"type": "Point", "coordinates": [round(float(lon), 4), round(float(lat), 4)]}
        shapes.append((str(project), point))
    features = []
    for project, shape in shapes:
        if project not in facts.index:
            continue
        row = facts.loc[project]
        new = row["state_before"] != row["state_after"]
        label = f"{row['name']} ({str(row['status']).replace('_', ' ')})"
        features.append(
            {"type": "Feature", "geometry": shape,
             "properties": {"id": project, "name": str(row["name"]), "kind": "project",
                            "state": status_group(str(row["status"])), "new": bool(new),
                            "label": label, "href": f"/projects/{project}", "value": None}}
        )  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
