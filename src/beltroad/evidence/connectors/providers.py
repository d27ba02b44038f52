"""Who data can be fetched from, and under which terms."""

from __future__ import annotations

from dataclasses import dataclass

from beltroad.evidence.connectors import (
    aiddata,
    baci,
    comtrade,
    gravity_file,
    imf,
    pip,
    world_bank,
)

__all__ = ["PROVIDERS", "Provider"]


@dataclass(frozen=True)
class Provider:
    """One provider.

    Attributes
    ----------
    licence
        Id in the licence registry.
    size
        What one request weighs, roughly.
    """

    id: str
    publisher: str
    holds: str
    licence: str
    address: str
    size: str


PROVIDERS = {
    each.id: each
    for each in (
        Provider(world_bank.PROVIDER, "World Bank",
                 "development indicators (WDI), governance (WGI), logistics (LPI), debt by "
                 "creditor (IDS)", world_bank.LICENCE, world_bank.BASE, "kB to some MB"),
        Provider(pip.PROVIDER, "World Bank, Poverty and Inequality Platform",
                 "poverty headcounts, Gini, deciles by survey", pip.LICENCE, pip.BASE,
                 "kB"),
        Provider(imf.PROVIDER, "International Monetary Fund",
                 "goods trade by partner (IMTS), World Economic Outlook (WEO), direct "
                 "investment positions (DIP)", imf.LICENCE,
                 "https://api.imf.org/external/sdmx/2.1", "kB to some MB"),
        Provider(baci.PROVIDER, "CEPII, BACI", "reconciled goods trade by pair and HS6 product",
                 baci.LICENCE, baci.BASE, "0.7 GB once"),
        Provider(gravity_file.PROVIDER, "CEPII, Gravity",
                 "distances, contiguity, language, agreements by pair and year",
                 gravity_file.LICENCE, gravity_file.BASE, "hundreds of MB once"),
        Provider(aiddata.PROVIDER, "AidData",
                 "Chinese development finance by record, 2000-2021 (GCDF 3.0)", aiddata.LICENCE,
                 aiddata.ADDRESS, "tens of MB once"),
        Provider(comtrade.PROVIDER, "United Nations, UN Comtrade",
                 "goods trade by partner and product; rows may not be passed on",
                 comtrade.LICENCE, comtrade.BASE, "kB"),
    )
}  # fmt: skip
