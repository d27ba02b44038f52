"""Charts of balances, partners and series, as SVG without any network access.

Each chart is of one measure on one price basis, and says so with its source under the drawing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from beltroad.errors import InputError
from beltroad.finance.invest.balance import Balance
from beltroad.finance.invest.periods import is_year
from beltroad.finance.invest.sources import caption
from beltroad.finance.invest.views import Ranking, Series, name_of
from beltroad.finance.invest.vocabulary import INSTRUMENTS, MEASURES

__all__ = ["balance_chart", "partners_chart", "series_chart", "svg"]

_INK, _MUTED, _GRID = "#1b2a33", "#566570", "#e3e7e8"
_OUT, _IN, _NET = "#2d8c94", "#dd9350", "#1b2a33"
_LINES = ("#0a5561", "#b45f19", "#3f5fa8", "#7b5aa6", "#8a6d3b", "#7a858c")
_WIDTH, _CHARACTERS = 620, 104
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONFIG: dict[str, Any] = {
    "font": "Liberation Sans", "background": "#ffffff", "padding": 12, "view": {"stroke": None},
    "axis": {"labelColor": _INK, "labelFontSize": 12, "titleColor": _MUTED, "titleFontSize": 12,
             "titleFontWeight": "normal", "gridColor": _GRID, "domain": False, "ticks": False,
             "labelPadding": 6, "labelLimit": 220},
    "title": {"anchor": "start", "color": _INK, "fontSize": 15, "subtitleColor": _MUTED,
              "subtitleFontSize": 12, "offset": 12, "subtitlePadding": 4},
    "legend": {"labelColor": _INK, "labelFontSize": 12, "title": None, "orient": "top",
               "labelLimit": 560, "columns": 1},
}  # fmt: skip


def svg(chart: alt.TopLevelMixin) -> str:
    """Draw a chart; control characters of names are left out."""
    spec = _clean(chart.to_dict(validate=False))
    spec["config"] = _CONFIG
    return str(vl_convert.vegalite_to_svg(spec))


def balance_chart(found: Balance) -> alt.TopLevelMixin:
    """Outward and inward bars by period with the balance, of the source that has most of both.

    Raises
    ------
    InputError
        If no source gives both directions.
    """
    table = found.table[found.table["balance_mn"].notna() & (found.table["made_of"] == "published")]
    if table.empty:
        raise InputError(f"no source gives both directions for {found.partner}: no balance to draw")
    keys = ["source", "price_basis", "measure", "outward_instrument", "inward_instrument"]
    key = table.groupby(keys).size().sort_values(ascending=False, kind="stable").index[0]
    for column, value in zip(keys, key, strict=True):
        table = table[table[column] == value]
    # Parts of a year beside whole ones would mislead the eye.
    whole = table["period"].map(is_year).astype(bool)
    table = table[whole] if whole.any() else table
    periods = list(table["period"])
    bars = pd.concat([
        pd.DataFrame({"period": periods, "side": _side(side, key),
                      "value": sign * table[column] / 1e3})
        for side, column, sign in (("outward", "outward_mn", 1), ("inward", "inward_mn", -1))
    ])  # fmt: skip
    net = pd.DataFrame({"period": periods, "value": table["balance_mn"] / 1e3,
                        "end": table["outward_mn"].clip(lower=0) / 1e3})  # fmt: skip
    net["label"] = [f"balance {v:+,.1f}" for v in net["value"]]
    y = alt.Y("period:N", sort=periods, title=None)
    # Room for the labels to the right of the longest bar.
    low, high = float(bars["value"].min()), float(net["end"].max())
    reach = [min(0.0, low), high + 0.17 * (high - min(0.0, low))]
    x = alt.X("value:Q", title=f"inward to the left, outward to the right, {_unit(key[1])}")
    x = x.scale(domain=reach, nice=False)
    sides = [_side("outward", key), _side("inward", key)]
    colour = alt.Color("side:N").scale(domain=sides, range=[_OUT, _IN])
    drawn = alt.Chart(bars).mark_bar(height={"band": 0.6}).encode(x=x, y=y, color=colour)
    base = alt.Chart(net).encode(y=y)
    dots = base.mark_point(
        shape="diamond", filled=True, size=90, opacity=1, color=_NET, stroke="#ffffff"
    ).encode(x="value:Q")
    text = base.mark_text(align="left", dx=6, color=_INK, fontSize=11.5)
    text = text.encode(x="end:Q", text="label:N")
    title = f"Investment between {name_of(found.home)} and {name_of(found.partner)}, {key[2]}"
    return _framed(alt.layer(drawn, dots, text), title, MEASURES[key[2]], len(periods) * 38,
                   [caption(key[0], key[1])])  # fmt: skip


def _side(side: str, key: Sequence[str]) -> str:
    return f"{side}: {INSTRUMENTS.get(key[3 if side == 'outward' else 4], '')}"


def partners_chart(found: Ranking, top: int = 15) -> alt.TopLevelMixin:
    """Bars of the largest partners with their shares."""
    table = found.table.head(top)
    data = pd.DataFrame({
        "name": table["name"], "value": table["value_mn"] / 1e3,
        "label": [f"{s:.1f} %" if s == s else "" for s in table["share_pct"]],
    })  # fmt: skip
    y = alt.Y("name:N", sort=list(data["name"]), title=None)
    unit = _unit(found.basis["price_basis"])
    x = alt.X("value:Q", title=unit)
    bars = alt.Chart(data).mark_bar(height={"band": 0.68}).encode(
        x=x, y=y, color=alt.condition("datum.value < 0", alt.value(_IN), alt.value(_OUT))
    )  # fmt: skip
    text = alt.Chart(data).mark_text(align="left", dx=5, color=_INK, fontSize=11.5).encode(
        x=alt.X("value:Q"), y=y, text="label:N"
    )  # fmt: skip
    b, c = found.basis, found.concentration
    title = f"{INSTRUMENTS[b['instrument']].capitalize()}, {b['direction']}, {b['measure']}, " \
            f"{b['period']}"  # fmt: skip
    under = (f"Shares of {c.partners} partners listed; HHI {c.hhi:.3f}, as with "
             f"{c.equivalent_partners:.1f} equal partners")  # fmt: skip
    return _framed(alt.layer(bars, text), title, under, len(data) * 23,
                   [caption(b["source"], b["price_basis"])])  # fmt: skip


def series_chart(found: Sequence[Series]) -> alt.TopLevelMixin:
    """Lines of one partner by year, one for each source and instrument of the same kind.

    What the first series is (measure, price basis, direction), all others drawn are.
    """
    first = found[0].basis
    shared = ("measure", "price_basis", "direction")
    same = [s for s in found if all(s.basis[k] == first[k] for k in shared)][: len(_LINES)]
    names = [f"{s.basis['source']}: {INSTRUMENTS[s.basis['instrument']]}"
             + (f", told by {s.basis['told_by']}" if s.basis["told_by"] != "CHN" else "")
             for s in same]  # fmt: skip
    data = pd.concat([
        s.table.assign(
            name=name, value=s.table["value_mn"] / 1e3,
            sure=[("confirmed", "unconfirmed")[c == "low"] for c in s.table["confidence"]])
        for s, name in zip(same, names, strict=True)
    ])  # fmt: skip
    data = data[data["value"].notna()][["year", "name", "value", "sure"]]
    years = sorted(set(data["year"].astype(int)))
    data = _with_gaps(data)
    # More than a dozen labels would run into each other.
    shown = [y for y in years if (years[-1] - y) % (1 + len(years) // 13) == 0]
    x = alt.X("year:Q", title=None).axis(format="d", values=shown, grid=False)
    x = x.scale(domain=[years[0] - 0.3, years[-1] + 0.3], nice=False)
    y = alt.Y("value:Q", title=_unit(first["price_basis"])).scale(zero=True)
    colour = alt.Color("name:N").scale(domain=names, range=list(_LINES[: len(names)]))
    lines = alt.Chart(data).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    dots = alt.Chart(data).mark_point(filled=True, size=55, opacity=1).encode(
        x=x, y=y, color=colour,
        shape=alt.Shape("sure:N", legend=None).scale(
            domain=["confirmed", "unconfirmed"], range=["circle", "diamond"]),
    )  # fmt: skip
    name = name_of(first["partner"])
    title = f"{name[:1].upper()}{name[1:]}: {first['direction']}, {first['measure']}"
    told = "Sources side by side, never added"
    if "unconfirmed" in set(data["sure"]):
        told += "; diamonds are unconfirmed"
    return _framed(alt.layer(lines, dots), title, told, 260,
                   [caption(s, first["price_basis"]) for s in dict.fromkeys(
                       s.basis["source"] for s in same)])  # fmt: skip


def _with_gaps(data: pd.DataFrame) -> pd.DataFrame:
    """Rows without a value where years are missing, so that no line is drawn across them."""
    holes = []
    for name, part in data.groupby("name", sort=False):
        known = set(part["year"].astype(int))
        holes += [{"year": y, "name": name, "value": float("nan"), "sure": "confirmed"}
                  for y in range(min(known), max(known)) if y not in known]  # fmt: skip
    if not holes:
        return data
    return pd.concat([data, pd.DataFrame(holes)]).sort_values(["name", "year"], kind="stable")


def _unit(price_basis: str) -> str:
    currency = price_basis.split()[-1]
    return f"billion {currency} ({price_basis.removesuffix(currency).strip()})"


def _framed(chart: Any, title: str, subtitle: str, height: float,
            captions: Sequence[str]) -> alt.TopLevelMixin:  # fmt: skip
    """Title above; sources below, broken into lines that fit the drawing."""
    lines = [line for each in captions for line in textwrap.wrap(each, _CHARACTERS)]
    note = alt.Chart(pd.DataFrame({"text": ["\n".join(lines)]})).mark_text(
        align="left", baseline="top", lineBreak="\n", color=_MUTED, fontSize=11, x=0, y=0
    ).encode(text="text:N").properties(width=_WIDTH, height=14 * len(lines))  # fmt: skip
    drawn = chart.properties(width=_WIDTH, height=max(90.0, height))
    return alt.vconcat(drawn, note, spacing=6).properties(
        title=alt.TitleParams(title, subtitle=subtitle)
    )  # fmt: skip


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, dict):
        return {_clean(k): _clean(v) for k, v in value.items()}
    return [_clean(v) for v in value] if isinstance(value, list) else value
