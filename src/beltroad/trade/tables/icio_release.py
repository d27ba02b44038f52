"""Read an official release file of the OECD Inter-Country Input-Output tables.

A release holds one square table a year as CSV (or that CSV in a zip archive): rows and columns are
labelled ``ECONOMY_INDUSTRY``; final demand stands in columns ``ECONOMY_CATEGORY``; below the
table come taxes less subsidies, value added and output, at its right total use. Editions differ
in the names of these and in the categories; the extended version has two parts of China and
Mexico (``CN1``, ``CN2``, ``MX1``, ``MX2``), which are put together again here.

Unlike the bundled accounts this has final demand by destination as the OECD reports it. Three
things that real releases hold and no model of one year can are put right, and told in the notes:
sales from stocks, industries whose inputs cost more than their output (value added below zero),
and sales below zero that are rounding.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError, InputError

__all__ = ["IcioRelease", "member", "read_icio_release", "tidy", "year_of"]

Array = npt.NDArray[np.float64]

# Categories of final demand in the editions of 2016 to 2025.
FINAL = frozenset(
    {"HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "P33", "HC", "GGE", "INV", "CONS_ABR"}
)
INVENTORIES = frozenset({"INVNT", "INV"})
TAXES = ("TLS", "TAXSUB")
ADDED = ("VA", "VALU")
OUTPUT = ("OUT", "OUTPUT", "TOTAL")
PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
# Totals of a release are rounded; beyond this a table is broken.
TOLERANCE = 1e-3
# Least share of value added in cost, as in the bundled accounts, and how much of the world's output
# may be cut from inputs for it.
LEAST_ADDED = 0.02
MOST_CUT = 1e-3
ROUNDING = 1e-9
UNIFORM_THETA = 4.55
NAMED = 8


@dataclass(frozen=True)
class IcioRelease:
    """One year of the tables, million USD at basic prices.

    Attributes
    ----------
    economies, industries
        Labels, in the order of the file; parts of economies are put together.
    intermediate : (I*N, I*N)
        Sales of ``(economy, industry)`` to ``(economy, industry)``, economies outermost.
    final : (I*N, N)
        Final sales to each economy, all categories; no value below zero.
    taxes, value_added, output : (I*N,)
        Taxes less subsidies on inputs, value added, output.
    notes
        What was put together, moved or does not add up, in words.
    year, file
        Year of the table, told from the name of the CSV file (None if it has none), and that name.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    intermediate: Array
    final: Array
    taxes: Array
    value_added: Array
    output: Array
    notes: tuple[str, ...]
    year: int | None = None
    file: str = ""

    @property
    def flow(self) -> Array:
        """All sales, ``[industry, importer, exporter]``, million USD; own sales included."""
        n, j = len(self.economies), len(self.industries)
        inter = self.intermediate.reshape(n, j, n, j).sum(axis=3)  # exporter, sector, importer
        return np.asarray((inter + self.final.reshape(n, j, n)).transpose(1, 2, 0))

    @property
    def use(self) -> Array:
        """Inputs used, all origins, ``[economy, input, using industry]``, million USD.

        At most 0.98 of the user's output: where inputs cost more, all of them are cut in
        proportion; what was bought in excess then counts as final spending of the economy.
        """
        used, sold = self._costs()
        limit = (1.0 - LEAST_ADDED) * sold
        total = used.sum(axis=1)
        over = np.divide(limit, total, out=np.ones_like(total), where=total > limit)
        return np.asarray(used * over[:, None, :])

    def _costs(self) -> tuple[Array, Array]:
        """Inputs by economy, input and user as recorded, and what each industry sells."""
        n, j = len(self.economies), len(self.industries)
        used = self.intermediate.reshape(n, j, n, j).sum(axis=0).transpose(1, 0, 2)
        return used, self.flow.sum(axis=1).T

    def tables(self) -> dict[str, pd.DataFrame]:
        """The same as the tidy tables that the trade model reads.

        ``flows`` (importer, exporter, sector, value), ``io`` (country, input_sector,
        using_sector, cost_share), ``value_added`` (country, sector, share), ``elasticities``
        (sector, theta). Taxes on inputs count as value added, since nobody else is paid with
        them; output is what rows add up to. Elasticities are those of the bundled set where an
        industry is in it, else the aggregate estimate.
        """
        return tidy(self.economies, self.industries, self.flow, self.use)


def tidy(
    economies: Sequence[str], industries: Sequence[str], flow: Array, use: Array
) -> dict[str, pd.DataFrame]:
    """Tidy tables of the trade model from arrays.

    Parameters
    ----------
    flow : (J, N, N)
        ``[industry, importer, exporter]``, own sales included.
    use : (N, J, J)
        ``[economy, input, using industry]``, in the same money.
    """
    sold = flow.sum(axis=1).T[:, None, :]  # exporter, sector
    cost = np.divide(use, sold, out=np.zeros_like(use), where=sold > 0)
    economy, industry = np.array(economies), np.array(industries)
    s, m, i = np.nonzero(flow)
    flows = pd.DataFrame(
        {"importer": economy[m], "exporter": economy[i], "sector": industry[s],
         "value": flow[s, m, i]}
    )  # fmt: skip
    c, k, u = np.nonzero(cost)
    io = pd.DataFrame(
        {"country": economy[c], "input_sector": industry[k], "using_sector": industry[u],
         "cost_share": cost[c, k, u]}
    )  # fmt: skip
    pairs = pd.MultiIndex.from_product([economy, industry], names=["country", "sector"])
    added = pd.DataFrame({"share": (1.0 - cost.sum(axis=1)).ravel()}, index=pairs)
    known = evidence.load("icio_industries").set_index("industry")["theta_uniform"]
    theta = known.reindex(industry).fillna(UNIFORM_THETA).to_numpy(float)
    return {
        "flows": flows,
        "io": io,
        "value_added": added.reset_index(),
        "elasticities": pd.DataFrame({"sector": industry, "theta": theta}),
    }


def read_icio_release(path: str | Path, *, year: int | None = None) -> IcioRelease:
    """Read a release file: CSV, plain or as ``.csv.gz``, or the zip archive as downloaded.

    Sales from stocks (final demand below zero) are added to output: the buyer's stocks fall by
    what was made earlier, which a model of one year has to count as made now. The amount is in
    the notes.

    Parameters
    ----------
    year
        Which year of an archive of several; needed only then.

    Raises
    ------
    InputError
        If the file cannot be read or is no such table.
    DataError
        If its accounts do not add up.
    """
    path = Path(path)
    frame, name = _read(path, year)
    rows, columns = [_split(x) for x in frame.index], [_split(x) for x in frame.columns]
    inner = [k for k, (head, tail) in enumerate(rows) if head and tail not in TAXES]
    if not inner:
        raise InputError(
            f"{path}: no rows labelled ECONOMY_INDUSTRY, such as CHN_C26; is it an ICIO table?"
        )
    economies = _order(PARTS.get(rows[k][0], rows[k][0]) for k in inner)
    industries = _order(rows[k][1] for k in inner)
    place = {(c, s): a * len(industries) + b for a, c in enumerate(economies)
             for b, s in enumerate(industries)}  # fmt: skip
    users = [k for k, (head, tail) in enumerate(columns) if head and tail not in FINAL]
    buyers = [k for k, (head, tail) in enumerate(columns) if head and tail in FINAL]
    lost = {columns[k][1] for k in users} - set(industries)
    if lost or not buyers:
        raise InputError(
            f"{path}: columns {sorted(lost)[:5] or 'of final demand'} not understood; known "
            f"categories of final demand: {', '.join(sorted(FINAL))}"
        )
    size = len(place)
    row_at = np.array([place[_whole(rows[k])] for k in inner])
    user_at = np.array([place[_whole(columns[k])] for k in users])
    buyer_at = np.array([economies.index(_whole(columns[k])[0]) for k in buyers])
    values = frame.to_numpy(np.float64)
    intermediate = _gather(_gather(values[np.ix_(inner, users)], row_at, size).T, user_at, size).T
    by_category = _gather(values[np.ix_(inner, buyers)], row_at, size)
    stock = np.array([columns[k][1] in INVENTORIES for k in buyers])
    final, notes = _final(by_category, buyer_at, stock, len(economies))
    if merged := sorted({rows[k][0] for k in inner} & set(PARTS)):
        notes.append(f"parts of economies put together: {', '.join(merged)}")
    added = _gather(_margin(frame, ADDED, users, path)[:, None], user_at, size)[:, 0]
    taxes = _gather(_taxes(frame, rows, users)[:, None], user_at, size)[:, 0]
    output = _gather(_margin(frame, OUTPUT, users, path)[:, None], user_at, size)[:, 0]
    notes += _check(path, intermediate, by_category, taxes + added, output, economies, industries)
    if (intermediate < -ROUNDING * output.max()).any():
        worst = float(intermediate.min())
        raise DataError(f"{path}: sales to industries below zero, the least {worst:g} million USD")
    release = IcioRelease(
        tuple(economies), tuple(industries), np.maximum(intermediate, 0.0), final, taxes, added,
        output, year=year_of(name), file=name, notes=(),
    )  # fmt: skip
    return replace(release, notes=(*notes, *_cuts(path, release)))


def year_of(name: str) -> int | None:
    """The year that a file's name tells, if it tells one; ``ICIO2021`` is an edition, no year."""
    plain = re.sub(r"ICIO\d{4}", "", Path(name).name, flags=re.IGNORECASE)
    found = {int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", plain)}
    return found.pop() if len(found) == 1 else None


def member(path: Path, names: Sequence[str], year: int | None) -> str:
    """The CSV file of an archive that is meant; ``names`` are the candidates."""
    fits = [n for n in names if year is None or year_of(n) == year]
    if len(fits) == 1:
        return fits[0]
    years = ", ".join(sorted({str(y) for n in names if (y := year_of(n)) is not None})) or "none"
    if year is not None:
        raise InputError(f"{path}: holds no one table of {year}; years in it: {years}")
    raise InputError(
        f"{path}: holds {len(names)} CSV files; say which year you want (--year), or unpack it and "
        f"give one file; years in it: {years}"
    )


def _read(path: Path, year: int | None) -> tuple[pd.DataFrame, str]:
    if not path.is_file():
        raise InputError(f"{path}: no such file; give an ICIO release file (CSV or zip)")
    name, packed = path.name, path.suffix.lower() == ".zip"
    if not packed and year is not None and year_of(name) not in (None, year):
        raise InputError(f"{path}: is of {year_of(name)} by its name, not of {year}")
    try:
        if packed:
            with zipfile.ZipFile(path) as archive:
                inside = [n for n in archive.namelist() if n.lower().endswith(".csv")]
                name = member(path, inside, year)
                with archive.open(name) as handle:
                    frame = pd.read_csv(handle, index_col=0)
        else:
            frame = pd.read_csv(path, index_col=0)
    except InputError:
        raise
    except (ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines() or ["no reason given"]
        raise InputError(f"{path}: cannot be read as an ICIO table ({reason[-1]})") from None
    frame.index = frame.index.astype(str).str.strip()
    frame.columns = frame.columns.astype(str).str.strip()
    for axis, labels in (("rows", frame.index), ("columns", frame.columns)):
        double = labels[labels.duplicated()]
        if len(double):
            raise InputError(f"{path}: {axis} given twice: {', '.join(double[:5])}")
    wrong = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    if wrong:
        raise InputError(f"{path}: columns that are not numbers: {', '.join(wrong[:5])}")
    if frame.isna().any(axis=None):
        at = frame.index[frame.isna().any(axis=1)][0]
        raise InputError(f"{path}: row {at!r} has empty cells; is the download complete?")
    return frame, Path(name).name


def _split(label: str) -> tuple[str, str]:
    """Economy and industry (or category) of a label; an empty economy where it is a total."""
    head, mark, tail = label.partition("_")
    return (head, tail) if mark and len(head) == 3 else ("", label)


def _whole(label: tuple[str, str]) -> tuple[str, str]:
    return PARTS.get(label[0], label[0]), label[1]


def _order(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))


def _gather(values: Array, at: npt.NDArray[np.intp], size: int) -> Array:
    """Rows added up where they belong together."""
    out = np.zeros((size, *values.shape[1:]))
    np.add.at(out, at, values)
    return out


def _final(
    by_category: Array, buyer: npt.NDArray[np.intp], stock: npt.NDArray[np.bool_], count: int
) -> tuple[Array, list[str]]:
    """Final sales by economy, sales from stocks counted as made in the year."""
    total = _gather(by_category.T, buyer, count).T
    without = _gather(np.where(stock, 0.0, by_category).T, buyer, count).T
    low = total < 0
    final = np.where(low, np.maximum(without, 0.0), total)
    moved = float((final - total).sum())
    share = 100 * moved / float(np.abs(total).sum())
    note = f"sales from stocks counted as output: {moved:,.0f} million USD, {share:.2f} % of final"
    return final, [note] if moved > 0 else []


def _margin(frame: pd.DataFrame, names: Sequence[str], users: list[int], path: Path) -> Array:
    for name in names:
        if name in frame.index:
            return np.asarray(frame.loc[name].to_numpy(np.float64)[users])
    raise InputError(f"{path}: no row {' or '.join(names)}; is the table complete?")


def _taxes(frame: pd.DataFrame, rows: list[tuple[str, str]], users: list[int]) -> Array:
    """One row for all economies, or one an economy; zero where there is none."""
    found = [
        k for k, (head, tail) in enumerate(rows) if tail in TAXES or (not head and tail in TAXES)
    ]
    return np.asarray(frame.to_numpy(np.float64)[np.ix_(found, users)].sum(axis=0))


def _check(
    path: Path, intermediate: Array, final: Array, added: Array, output: Array,
    economies: list[str], industries: list[str],
) -> list[str]:  # fmt: skip
    """Rows and columns must both add up to output, but for rounding; what is off is told."""
    notes = []
    for what, total in (
        ("sales", intermediate.sum(axis=1) + final.sum(axis=1)),
        ("costs", intermediate.sum(axis=0) + added),
    ):
        gap = total - output
        worst = int(np.abs(gap).argmax())
        share = float(np.abs(gap).sum() / output.sum())
        a, b = divmod(worst, len(industries))
        told = (
            f"{what} differ from output by {100 * share:.2g} % of it in all, most in "
            f"{economies[a]} {industries[b]} ({gap[worst]:,.3g} million USD)"
        )
        if share > TOLERANCE:
            raise DataError(f"{path}: {told}; is the file complete and of one edition?")
        if share > 1e-9:
            notes.append(told)
    return notes


def _cuts(path: Path, release: IcioRelease) -> list[str]:
    """What was cut from inputs that cost more than output; too much of it is a broken file."""
    used, sold = release._costs()
    cut = (used - release.use).sum(axis=1)
    total, world = float(cut.sum()), float(sold.sum())
    if total <= 0:
        return []
    at = np.argsort(-cut, axis=None, kind="stable")[:NAMED]
    named = ", ".join(
        f"{release.economies[a]} {release.industries[b]}"
        for a, b in zip(*np.unravel_index(at, cut.shape), strict=True)
        if cut[a, b] > 0
    )
    count = int((cut > 0).sum())
    told = (
        f"inputs cut to {1 - LEAST_ADDED:.0%} of output in {count} industries, by {total:,.0f} "
        f"million USD in all ({100 * total / world:.2g} % of output): {named}"
    )
    if total > MOST_CUT * world:
        raise DataError(f"{path}: {told}; is this a table at basic prices in million USD?")
    return [told]
