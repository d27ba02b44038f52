"""Claims of one indicator over time, as a drawing."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["chart_of"]

FEWEST = 2


@lru_cache(maxsize=400)
def chart_of(code: str) -> str:
    """SVG of the dated claims of an indicator; empty for fewer than two.

    One line a subject; filled marks were confirmed in the document, open ones were not.
    """
    from beltroad.app.questions.figures import claim_rows
    from beltroad.evidence.claims.dates import span_of
    from beltroad.evidence.claims.wording import figure_text, period_text

    points = []
    rows = [r for r in claim_rows().values() if r["indicator"] == code]
    unit = rows[0]["unit"]
    for row in rows:
        span = span_of(row["period_start"], row["period_end"])
        if span is None or row["unit"] != unit or row["value"] != row["value"]:
            continue
        place = row["geography_title"] or row["geography"]
        points.append({
            "date": span[1].isoformat(), "value": row["value"],
            "series": f"{row['subject']}, {place}" if place else row["subject"],
            "state": "confirmed" if row["status"] == "read" else "unconfirmed",
            "said": f"{figure_text(row)}, {period_text(row)}, "
                    f"{row['said_by'] or row['document_title']}",
        })  # fmt: skip
    if len(points) < FEWEST:
        return ""
    return _draw(code, rows[0]["indicator_title"], unit, points)


def _draw(code: str, title: str, unit: str, points: list[dict[str, object]]) -> str:
    import altair as alt
    import pandas as pd

    from beltroad.appraisal.report.theme import ACCENT, svg

    frame = pd.DataFrame(points)
    names = list(dict.fromkeys(frame["series"]))
    x = alt.X("date:T", title=None)
    y = alt.Y("value:Q", title=unit, axis=alt.Axis(format="~s"), scale=alt.Scale(zero=False))
    detail = alt.Detail("series:N")
    line = alt.Chart(frame).mark_line(color=ACCENT, strokeWidth=1, opacity=0.5).encode(
        x=x, y=y, detail=detail)  # fmt: skip
    marks = alt.Chart(frame).mark_point(size=70, color=ACCENT).encode(
        x=x, y=y, detail=detail, description="said:N",
        shape=alt.Shape("state:N", title=None, scale=alt.Scale(
            domain=["confirmed", "unconfirmed"], range=["circle", "triangle-up"])),
        fillOpacity=alt.condition(alt.datum.state == "confirmed", alt.value(0.9), alt.value(0.0)),
        fill=alt.value(ACCENT),
    )  # fmt: skip
    drawing = alt.layer(line, marks).properties(width=640, height=260)
    told = f"{title}, {unit}: {len(points)} claims, {len(names)} series"
    return svg(drawing, f"claims-{code}", description=told)
