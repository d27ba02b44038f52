"""One page with a chart, its table and its sources; stands alone, without scripts."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2
import pandas as pd
from markupsafe import Markup

__all__ = ["page"]

_TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 15px/1.45 "Liberation Sans", Arial, sans-serif; color: #1b2a33; margin: 0 auto;
       max-width: 56rem; padding: 1rem; }
h1 { font-size: 1.3rem; } svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #e3e7e8;
         vertical-align: top; }
td.n { text-align: right; white-space: nowrap; } p.s { color: #566570; font-size: .85rem; }
</style></head><body>
<h1>{{ title }}</h1>
<figure style="margin:0" role="img" aria-label="{{ title }}">{{ drawing }}</figure>
<div class="wide"><table><thead><tr>{% for c in columns %}<th>{{ c }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr>{% for cell, number in row %}
<td{% if number %} class="n"{% endif %}>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div>
{% for note in notes %}<p class="s">{{ note }}</p>
{% endfor %}</body></html>
"""


def page(title: str, drawing: str, table: pd.DataFrame, notes: Sequence[str]) -> str:
    """HTML of one chart with its numbers.

    Parameters
    ----------
    drawing
        SVG as :func:`beltroad.finance.invest.charts.svg` gives it; all else is escaped.
    """
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    rows = [[(_cell(v), isinstance(v, int | float)) for v in record.values()]
            for record in table.to_dict("records")]  # fmt: skip
    return environment.from_string(_TEMPLATE).render(
        title=title, drawing=Markup(drawing),  # noqa: S704 - drawn by us from escaped text
        columns=[str(c).replace("_", " ") for c in table.columns], rows=rows, notes=list(notes),
    )  # fmt: skip


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
    return str(value)
