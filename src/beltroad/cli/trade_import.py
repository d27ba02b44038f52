"""``beltroad trade import-icio`` and ``import-baci``: the user's own downloads as tidy tables."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import beltroad
from beltroad.cli.trade import trade_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.trade.tables.baci import BaciTrade
    from beltroad.trade.tables.icio_release import IcioRelease

__all__ = ["import_baci", "import_icio"]

ABOUT = "about.json"
MILLION = 1e6
LAST_GOODS, SERVICES = 33, 9  # ISIC Rev. 4 divisions 01 to 33 but for services to mining
OECD = {
    "title": "OECD Inter-Country Input-Output tables",
    "url": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
}
CEPII = {
    "title": "CEPII, BACI: international trade database at the product level",
    "url": "http://www.cepii.fr/DATA_DOWNLOAD/baci/doc/DescriptionBACI.html",
    "licence": "Etalab Open Licence 2.0",
}
Year = Annotated[int | None, typer.Option(help="Year of an archive that holds several.")]
Codes = Annotated[
    Path | None,
    typer.Option(help="country_codes_*.csv of BACI; default: in the archive or beside the file."),
]


@trade_app.command("import-icio")
def import_icio(
    file: Annotated[
        Path, typer.Argument(help="ICIO release: CSV of a year, or zip as downloaded.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the tables.")],
    year: Year = None,
    baci: Annotated[
        Path | None, typer.Option(help="BACI of the same year (CSV or zip), to set beside it.")
    ] = None,
    codes: Codes = None,
    elasticities: Annotated[
        str, typer.Option(help="uniform or caliendo_parro_sectoral; written to the folder.")
    ] = "uniform",
    tariffs: Annotated[
        bool | None,
        typer.Option(
            "--tariffs/--no-tariffs",
            help="Put the bundled tariffs of 2022 on the flows. "
            "Default: where all economies and industries have one.",
        ),
    ] = None,
    split: Annotated[
        bool, typer.Option("--split", help="Split ROW into the bundled accounts' other economies.")
    ] = False,
) -> None:
    """Turn an official ICIO release file into tables that the model calibrates on.

    The folder is for ``beltroad trade solve --data`` and ``beltroad appraise --trade-data``.
    """
    from beltroad.files import check_writable, table_bytes, write_files
    from beltroad.trade.model import TradeModel
    from beltroad.trade.tables.icio_release import read_icio_release, tidy

    check_writable(out)
    theta = _elasticities(elasticities)
    if baci is not None and not baci.is_file():
        raise InputError(f"{baci}: no such file; give --baci a BACI file (CSV or zip)")
    release = read_icio_release(file, year=year)
    recorded = None if baci is None else _baci(baci, year or release.year, codes)
    economies, flow, use = release.economies, release.flow, release.use
    imputed: tuple[str, ...] = ()
    notes = list(release.notes)
    if split:
        economies, flow, use, imputed, more = _split(release, recorded)
        notes += more
    rates, told = _tariffs(economies, release.industries, tariffs)
    notes.append(told)
    tables = tidy(economies, release.industries, flow, use if rates is None else _dutiable(
        flow, use, rates))  # fmt: skip
    if rates is not None:
        tables["tariffs"] = _rows(economies, release.industries, rates)
    tables["elasticities"] = _with_theta(tables["elasticities"], theta)
    model = TradeModel.from_tables(
        tables["flows"], tables["io"], tables["value_added"], tables["elasticities"],
        tariffs=tables.get("tariffs"), source=str(file),
    )  # fmt: skip
    about: dict[str, Any] = {
        "source": OECD | {"file": release.file, "sha256": _sha256(file)},
        "year": release.year, "unit": "million USD, basic prices", "unit_usd": MILLION,
        "economies": len(economies), "industries": len(release.industries),
        "imputed": list(imputed), "elasticities": elasticities,
        "tariffs": rates is not None, "digest": model.digest,
        "notes": notes, "beltroad": beltroad.__version__,
    }  # fmt: skip
    kinds = {name: "csv" if name == "elasticities" else "parquet" for name in tables}
    files = {
        f"{name}.{kind}": table_bytes(tables[name], Path(f"{name}.{kind}"))
        for name, kind in kinds.items()
    }
    if recorded is not None:
        about["baci"] = CEPII | {"file": recorded.file, "notes": list(recorded.notes)}
        beside = _beside(release, recorded)
        files["goods_trade.csv"] = table_bytes(beside, Path("goods_trade.csv"))
    files[ABOUT] = (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()
    _only_ours(out, files)
    write_files(files, out)
    c = model.calibration
    said = [
        f"{release.file}: {len(economies)} economies, {len(release.industries)} industries, value "
        f"added {c.value_added.sum() / 1e6:,.1f} tn USD, output {c.sales.sum() / 1e6:,.1f} tn USD",
        *(f"  {note}" for note in notes),
    ]
    if recorded is not None:
        total = beside[["icio_goods_usd", "baci_goods_usd"]].sum() / 1e12
        said.append(f"  goods between economies: ICIO {total.iloc[0]:,.2f} tn USD, BACI "
                    f"{total.iloc[1]:,.2f} tn USD; by pair in goods_trade.csv")  # fmt: skip
        said += [f"  BACI: {note}" for note in recorded.notes]
    typer.echo("\n".join([*said, f"Written: {', '.join(str(out / name) for name in files)}"]))


@trade_app.command("import-baci")
def import_baci(
    file: Annotated[Path, typer.Argument(help="BACI: CSV of a year, or zip as downloaded.")],
    out: Annotated[Path, typer.Option(help="File for the table (.csv or .parquet).")],
    year: Year = None,
    codes: Codes = None,
    by_industry: Annotated[
        bool, typer.Option("--by-industry", help="Also by ICIO industry (own map of products).")
    ] = False,
) -> None:
    """Add up CEPII's BACI to goods trade by pair of economies, USD."""
    from beltroad.files import check_table_file, table_bytes, write_atomically
    from beltroad.trade.tables.baci import read_baci

    check_table_file(out)
    found = read_baci(file, year=year, codes=codes, by_industry=by_industry)
    write_atomically(out, table_bytes(found.flows, out))
    value = found.flows["goods_trade_usd"].sum() / 1e12
    sides = set(found.flows["exporter"]) | set(found.flows["importer"])
    typer.echo(f"{found.file}: {value:,.2f} tn USD between {len(sides)} economies in {found.year}")
    for note in found.notes:
        typer.echo(f"  {note}")
    typer.echo(f"Written: {out}")


def _elasticities(name: str) -> pd.DataFrame:
    """The bundled set by industry: theta with its range."""
    from beltroad import evidence
    from beltroad.errors import suggest
    from beltroad.trade.calibration import ELASTICITY_SETS

    if name not in ELASTICITY_SETS:
        raise InputError(
            f"--elasticities {name!r}: choose one of {', '.join(ELASTICITY_SETS)}. "
            f"{suggest(name, ELASTICITY_SETS)}"
        )
    column = ELASTICITY_SETS[name]
    table = evidence.load("icio_industries").set_index("industry")
    return table[column].rename("theta").to_frame()


def _with_theta(table: pd.DataFrame, theta: pd.DataFrame) -> pd.DataFrame:
    """Elasticities of the chosen set where it has the industry; others stay."""
    chosen = theta["theta"].reindex(table["sector"]).to_numpy()
    return table.assign(theta=table["theta"].where(chosen != chosen, chosen))


def _baci(path: Path, year: int | None, codes: Path | None) -> BaciTrade:
    from beltroad.trade.tables.baci import read_baci

    return read_baci(path, year=year, codes=codes)


def _split(
    release: IcioRelease, recorded: BaciTrade | None
) -> tuple[tuple[str, ...], Any, Any, tuple[str, ...], tuple[str, ...]]:
    from beltroad.trade.calibration import calibrate
    from beltroad.trade.tables.split import split_rest

    pairs = None
    if recorded is not None:
        rows = recorded.flows
        pairs = {
            (str(i), str(n)): float(v)
            for i, n, v in zip(
                rows["exporter"], rows["importer"], rows["goods_trade_usd"], strict=True
            )
        }
    done = split_rest(release, calibrate(tariffs=False), pairs)
    return done.economies, done.flow, done.use, done.imputed, done.notes


def _tariffs(
    economies: tuple[str, ...], industries: tuple[str, ...], wanted: bool | None
) -> tuple[Any, str]:
    """One plus the bundled tariff, or None; and what was done."""
    from beltroad.trade.levers.base import base_tariffs

    if wanted is False:
        return None, "without tariffs"
    try:
        return base_tariffs(economies, industries), "tariffs of 2022 from the bundled tables"
    except InputError as error:
        if wanted:
            raise
        return None, f"without tariffs: {error}"


def _dutiable(flow: Any, use: Any, rates: Any) -> Any:
    """Inputs at purchaser prices, duties included."""
    import numpy as np

    from beltroad.trade.calibration import with_duties

    sold = flow.sum(axis=1).T[:, None, :]
    cost = np.divide(use, sold, out=np.zeros_like(use), where=sold > 0)
    return with_duties(cost, flow, rates) * sold


def _rows(economies: tuple[str, ...], industries: tuple[str, ...], rates: Any) -> pd.DataFrame:
    """Tariffs above zero as tidy rows."""
    import numpy as np
    import pandas as pd

    names = np.array(economies)
    j, n, i = np.nonzero(rates - 1.0)
    return pd.DataFrame(
        {"importer": names[n], "exporter": names[i], "sector": np.array(industries)[j],
         "rate": rates[j, n, i] - 1.0}
    )  # fmt: skip


def _beside(release: IcioRelease, recorded: BaciTrade) -> pd.DataFrame:
    """Goods trade of the release beside recorded trade; who is not shown counts as ROW."""
    import numpy as np
    import pandas as pd

    goods = np.array([_is_goods(s) for s in release.industries])
    flow = release.flow[goods].sum(axis=0) * MILLION
    names = np.array(release.economies)
    n, i = np.nonzero(~np.eye(len(names), dtype=bool))
    table = pd.DataFrame({"exporter": names[i], "importer": names[n], "icio_goods_usd": flow[n, i]})
    rows = recorded.flows.copy()
    for side in ("exporter", "importer"):
        rows[side] = rows[side].where(rows[side].isin(names), "ROW")
    total = rows.groupby(["exporter", "importer"])["goods_trade_usd"].sum()
    keys = pd.MultiIndex.from_frame(table[["exporter", "importer"]])
    table["baci_goods_usd"] = total.reindex(keys).fillna(0.0).to_numpy()
    return table.sort_values(["exporter", "importer"], ignore_index=True)


def _is_goods(industry: str) -> bool:
    """Whether an industry makes goods, told from its ISIC division in any edition's code."""
    division = re.search(r"\d{2}", industry)
    return division is not None and int(division[0]) <= LAST_GOODS and int(division[0]) != SERVICES


def _only_ours(out: Path, files: dict[str, bytes]) -> None:
    """Refuse a folder with tables of another data set, which would be read with the new ones."""
    from beltroad.trade.tables import LAYOUT

    for name in LAYOUT:
        for other in (f"{name}.csv", f"{name}.parquet"):
            if other not in files and (out / other).exists():
                raise InputError(
                    f"{out / other}: is there already and would be read with the new tables; "
                    "remove it or give another --out"
                )


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
