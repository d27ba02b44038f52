"""``beltroad evidence fetch``: data of others, fetched by the user, cached, and tidy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beltroad.cli.evidence import evidence_app
from beltroad.cli.output import print_json
from beltroad.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from beltroad.evidence.connectors import Access

__all__ = ["fetch_app"]

fetch_app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False,
    help="Fetch data of a provider into the cache and as tidy rows (needs the extra fetch).",
)  # fmt: skip
evidence_app.add_typer(fetch_app, name="fetch")

Country = Annotated[
    list[str] | None, typer.Option(help="Name or code; again for more. Default: all.")
]
Partner = Annotated[
    list[str] | None, typer.Option(help="Partner, name or code; again for more. Default: all.")
]
Period = Annotated[str, typer.Option(help="2020, 2015:2023 or 2015:. Default: all years.")]
Out = Annotated[Path | None, typer.Option(help="File to write: .csv or .parquet.")]
Offline = Annotated[bool, typer.Option("--offline", help="Only the cache; opens no socket.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Ask again for what is in the cache.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@fetch_app.command("world-bank")
def world_bank(
    indicator: Annotated[
        list[str], typer.Option(help="NY.GDP.MKTP.CD; with --source 3 also CC.EST or a name.")
    ],
    country: Country = None,
    period: Period = "",
    source: Annotated[int, typer.Option(help="Database: 2 WDI (with LPI), 3 governance.")] = 2,
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Development indicators (WDI), logistics (LPI: LP.LPI.OVRL.XQ), governance (WGI)."""
    from beltroad.evidence.connectors import world_bank as provider

    query = provider.Query(tuple(indicator), tuple(country or ()), period, source)
    _run(provider.PROVIDER, lambda access: provider.fetch(query, access), out, offline, refresh,
         as_json, country)  # fmt: skip


@fetch_app.command("debt")
def debt(
    series: Annotated[list[str], typer.Option(help="Series of IDS: DT.DOD.DPPG.CD.")],
    country: Annotated[list[str], typer.Option(help="Debtor, name or code; again for more.")],
    creditor: Annotated[
        str, typer.Option(help="Number of IDS: 730 China, WLD all together, all each.")
    ] = "730",
    period: Period = "",
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Debt by creditor (World Bank, International Debt Statistics)."""
    from beltroad.evidence.connectors import world_bank as provider

    query = provider.DebtQuery(tuple(series), tuple(country), creditor, period)
    _run(provider.PROVIDER, lambda access: provider.fetch_debt(query, access), out, offline,
         refresh, as_json, country)  # fmt: skip


@fetch_app.command("pip")
def pip(
    country: Country = None,
    period: Period = "",
    line: Annotated[float, typer.Option(help="Poverty line, PPP USD a day.")] = 3.0,
    ppp: Annotated[int, typer.Option(help="Year of purchasing power parities.")] = 2021,
    level: Annotated[str, typer.Option(help="national, urban, rural or all.")] = "national",
    fill_gaps: Annotated[
        bool, typer.Option("--fill-gaps", help="Also years without a survey, interpolated.")
    ] = False,
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Poverty and inequality by survey (World Bank PIP)."""
    from beltroad.evidence.connectors import pip as provider

    query = provider.Query(tuple(country or ()), period, line, ppp, level, fill_gaps)
    _run(provider.PROVIDER, lambda access: provider.fetch(query, access), out, offline, refresh,
         as_json, country)  # fmt: skip


@fetch_app.command("imf")
def imf(
    flow: Annotated[str, typer.Argument(help="imts (trade), weo or dip (direct investment).")],
    indicator: Annotated[
        list[str], typer.Option(help="XG_FOB_USD, MG_CIF_USD; NGDPD; INWD_D_NETLA_FALL_ALL.")
    ],
    country: Country = None,
    partner: Partner = None,
    period: Period = "",
    frequency: Annotated[str, typer.Option(help="A, Q or M.")] = "A",
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Trade by partner, World Economic Outlook, direct investment positions (IMF)."""
    from beltroad.evidence.connectors import imf as provider

    query = provider.Query(
        flow.strip().lower(), tuple(indicator), tuple(country or ()), tuple(partner or ()), period,
        frequency,
    )  # fmt: skip
    _run(provider.PROVIDER, lambda access: provider.fetch(query, access), out, offline, refresh,
         as_json, country)  # fmt: skip


@fetch_app.command("baci")
def baci(
    period: Annotated[str, typer.Option(help="2022 or 2017:2023.")],
    country: Country = None,
    partner: Partner = None,
    product: Annotated[
        list[str] | None, typer.Option(help="HS code of two to six digits. Default: all goods.")
    ] = None,
    revision: Annotated[str, typer.Option(help="HS revision of the archive: 92 to 22.")] = "17",
    release: Annotated[str, typer.Option(help="Release of the archive.")] = "202501",
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Reconciled goods trade by exporter, importer and product (CEPII BACI, 0.7 GB once)."""
    from beltroad.evidence.connectors import baci as provider

    query = provider.Query(
        period, tuple(country or ()), tuple(partner or ()), tuple(product or ("TOTAL",)), revision,
        release,
    )  # fmt: skip
    _run(provider.PROVIDER, lambda access: provider.fetch(query, access), out, offline, refresh,
         as_json, country)  # fmt: skip


@fetch_app.command("gravity")
def gravity(
    period: Annotated[str, typer.Option(help="2019 or 2000:2020.")],
    country: Country = None,
    partner: Partner = None,
    variable: Annotated[
        list[str] | None, typer.Option(help="Column of the file: dist, contig, fta_wto, ...")
    ] = None,
    release: Annotated[str, typer.Option(help="Release of the archive.")] = "202211",
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Distances, contiguity, language, agreements by pair and year (CEPII Gravity)."""
    from beltroad.evidence.connectors import gravity_file as provider

    query = provider.Query(
        period, tuple(country or ()), tuple(partner or ()), tuple(variable or provider.DEFAULT),
        release,
    )  # fmt: skip
    _run(provider.PROVIDER, lambda access: provider.fetch(query, access), out, offline, refresh,
         as_json, country)  # fmt: skip


@fetch_app.command("aiddata")
def aiddata(
    country: Country = None,
    period: Period = "",
    totals: Annotated[
        bool, typer.Option("--totals", help="Sums by recipient and year, not records.")
    ] = False,
    all_records: Annotated[
        bool, typer.Option("--all-records", help="Also what AidData advises not to sum.")
    ] = False,
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Chinese development finance by record, 2000-2021 (AidData GCDF 3.0, constant 2021 USD)."""
    from beltroad.evidence.connectors import aiddata as provider

    query = provider.Query(tuple(country or ()), period, all_records)

    def fetch(access: Access) -> pd.DataFrame:
        records = provider.fetch(query, access)
        return provider.totals(records) if totals and not records.empty else records

    _run(provider.PROVIDER, fetch, out, offline, refresh, as_json, country)


@fetch_app.command("comtrade")
def comtrade(
    country: Annotated[list[str], typer.Option(help="Reporter, name or code; again for more.")],
    period: Annotated[str, typer.Option(help="2023 or 2015:2023; at most 12 years.")],
    partner: Partner = None,
    product: Annotated[
        list[str] | None, typer.Option(help="HS code of two to six digits. Default: TOTAL.")
    ] = None,
    flow: Annotated[
        list[str] | None, typer.Option(help="X exports, M imports, RX, RM. Default: X.")
    ] = None,
    key_env: Annotated[
        str, typer.Option(help="Environment variable with a subscription key; without: preview.")
    ] = "",
    out: Out = None, offline: Offline = False, refresh: Refresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Goods trade by partner (UN Comtrade). Rows may not be passed on: none are written."""
    from beltroad.evidence.connectors import comtrade as provider

    query = provider.Query(
        tuple(country), tuple(partner or ()), period, tuple(product or ("TOTAL",)),
        tuple(each.upper() for each in flow or ("X",)), key_env,
    )  # fmt: skip
    _run(provider.PROVIDER, lambda access: provider.fetch(query, access), out, offline, refresh,
         as_json, country)  # fmt: skip


def _run(
    provider: str, fetch: Callable[[Access], pd.DataFrame], out: Path | None, offline: bool,
    refresh: bool, as_json: bool, country: list[str] | None,
) -> None:  # fmt: skip
    """Fetch and show or write; what may not be passed on is refused before anything is asked."""
    from beltroad.cli.evidence_providers import print_fetched
    from beltroad.cli.output import check_files, records
    from beltroad.evidence.connectors import PROVIDERS, Access
    from beltroad.evidence.connectors.export import export_bytes
    from beltroad.evidence.licences import check_export
    from beltroad.files import check_table_file, write_files

    if offline and refresh:
        raise InputError("--offline and --refresh exclude each other")
    if out is not None or as_json:
        check_export([PROVIDERS[provider].licence])
    if out is not None:
        check_table_file(out)
        check_files([out])
    frame = fetch(Access(offline=offline, refresh=refresh))
    if as_json:
        content: dict[str, Any] = {
            "rows": records(frame), "left_out": frame.attrs["left_out"], "raw": frame.attrs["raw"]
        }  # fmt: skip
        print_json(content)
    else:
        print_fetched(frame, rows=out is None, asked=country or [])
    if out is not None:
        files = export_bytes(frame, out.name)
        write_files(files, out.parent)
        typer.echo(f"Written: {', '.join(str(out.parent / name) for name in files)}", err=as_json)
