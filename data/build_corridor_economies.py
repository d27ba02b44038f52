"""Write the list of corridor economies that the published yardsticks are about.

Run: ``python data/build_corridor_economies.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table


def main() -> None:
    """Write the table ``corridor_economies``."""
    frame = pd.read_csv(Path(__file__).parent / "facts" / "corridor_economies.csv")
    frame["confidence"] = "medium"
    write_table(
        "corridor_economies",
        frame,
        title="Economies along the corridors, the group of the World Bank's study",
        script="data/build_corridor_economies.py",
        sources=[
            {
                "title": "World Bank, Belt and Road Economics (2019): the economies along the "
                "corridors, China included",
                "url": "https://www.worldbank.org/en/topic/regional-integration/publication/"
                "belt-and-road-economics-opportunities-and-risks-of-transport-corridors",
                "licence": "facts cited; CC BY 3.0 IGO",
                "vintage": "2019",
            }
        ],
        columns={
            "iso3": ("-", "ISO 3166-1 alpha-3 code"),
            "confidence": ("-", "medium: recalled, not read row by row in the study"),
        },
        notes="The study counts 71 economies; this list has 72 and was recalled, not copied from "
        "it. It is a list by place and says nothing on signed documents (see membership).",
    )


if __name__ == "__main__":
    main()
