"""A plausible appraisal made of bundled tables and seeded noise, for tests of what is drawn.

No figure in here is a result. Names, places and recorded project facts come from the bundle so
that lengths of labels, scripts and gaps in the data are those a real report has to cope with.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.appraisal.outcomes import COLUMNS as OUTCOMES
from beltroad.appraisal.result import Appraisal, Headlines, MapLayers
from beltroad.appraisal.scenario import Parameters, Scenario
from beltroad.appraisal.schema import check_frame

Floats = np.ndarray
NOT_MEMBERS = frozenset(
    ["USA", "CAN", "MEX", "BRA", "COL", "AUS", "IND", "JPN", "GBR", "FRA", "DEU", "ESP", "NLD",
     "BEL", "CHE", "SWE", "NOR", "DNK"]
)  # fmt: skip


def appraisal(
    *, seed: int = 7, scenario: Scenario | None = None, rail_lines: int = 2500,
    pair_rows: int | None = None,
) -> Appraisal:  # fmt: skip
    """The whole object, every table checked against ``variables.csv``; so many pairs or all."""
    rng = np.random.default_rng(seed)
    scenario = scenario or Scenario(
        name="All recorded corridor projects",
        description="Every recorded project that is open, under construction or planned.",
        parameters=Parameters(network={}),
    )
    projects = _projects(rng)
    countries = _countries(rng, projects)
    pairs = _pairs(rng, countries)
    if pair_rows is not None:
        pairs = pairs.iloc[:: -(-len(pairs) // pair_rows)].reset_index(drop=True)
    inside = countries[countries.in_model]
    members = inside[(inside.membership == "member") & (inside.iso3 != "CHN")]
    usd = inside.real_income_change_usd
    headlines = Headlines(
        shipment_time_fixed_pct=(-1.31, -1.82),
        shipment_time_switch_pct=(-2.24, -3.05),
        shipment_time_largest_pct=float(pairs.shipment_time_change_pct.min()),
        trade_cost_pct=(-1.22, -1.61),
        trade_cost_largest_pct=-9.7,
        real_income_pct=(_share(inside), _share(members)),
        real_income_usd=(float(usd.sum()), float(members.real_income_change_usd.sum())),
        trade_pct=(1.74, 2.65),
        project_cost_usd=float(countries.project_cost_usd.sum()),
        annual_cost_usd=float(countries.annual_cost_usd.sum()),
        economies_gaining=int((inside.real_income_change_pct > 0).sum()),
        economies_losing_after_cost=int((inside.net_gain_usd < 0).sum()),
        freight_kgco2e_pct=0.43,
    )
    return Appraisal(
        scenario=scenario,
        headlines=headlines,
        countries=check_frame(countries, "countries"),
        pairs=check_frame(pairs, "pairs"),
        projects=check_frame(projects, "projects"),
        sensitivity=check_frame(_sensitivity(headlines), "sensitivity"),
        yardsticks=check_frame(_yardsticks(headlines), "yardsticks"),
        assumptions=_assumptions(),
        map_layers=_map_layers(rng, rail_lines),
        run=_run(scenario),
    )


def _share(frame: pd.DataFrame) -> float:
    return float(np.average(frame.real_income_change_pct, weights=frame.gdp_usd))


def _countries(rng: np.random.Generator, projects: pd.DataFrame) -> pd.DataFrame:
    base = evidence.load("countries")
    n = len(base)
    inside = base.iso3.isin(evidence.load("icio_economies")["iso3"]).to_numpy()
    member = ~base.iso3.isin(NOT_MEMBERS).to_numpy()
    near = base.region.str.contains("Asia|Africa").to_numpy()
    gain = rng.gamma(1.2, 0.35, n) * np.where(near, 1.6, 0.35) - 0.12
    gain = np.where(inside, gain, np.nan)
    gdp = base.gdp_usd.astype(float).to_numpy()
    cost = np.zeros(n)
    annual = np.zeros(n)
    for hosts, usd, year in zip(
        projects.countries, projects.cost_usd, projects.annual_cost_usd, strict=True
    ):
        at = base.iso3.isin(hosts.split(";")).to_numpy()
        if at.any() and usd == usd:
            cost[at] += usd / at.sum()
            annual[at] += year / at.sum()
    time = -rng.gamma(1.3, 1.1, n) * np.where(near, 1.5, 0.5)
    days = rng.uniform(9, 34, n)
    gain_usd = gain / 100 * gdp
    net = gain_usd - annual
    flags = np.where(inside, "", "outside the trade model")
    flags = np.where(np.isnan(gdp), flags + ";GDP not known", flags)
    flags = np.where(rng.random(n) < 0.2, flags + ";largest city below 100,000", flags)
    return pd.DataFrame(
        {
            "iso3": base.iso3,
            "name": base.name if isinstance(base.name, pd.Series) else base["name"],
            "region": base.region,
            "income_group": base.income_group,
            "membership": np.where(
                base.iso3 == "ITA", "withdrawn", np.where(member, "member", "none")
            ),
            "in_model": inside,
            "accounts": np.where(
                ~inside, "", np.where(base.in_icio.astype(str).eq("True"), "observed", "imputed")
            ),
            "cities": rng.integers(1, 60, n),
            "population": base.population.astype(float),
            "gdp_usd": gdp,
            "shipment_days_before": days,
            "shipment_days_after": days * (1 + time / 100),
            "shipment_time_change_pct": time,
            "trade_cost_change_pct": np.where(inside, time * 0.55, np.nan),
            "exports_change_pct": gain * 2.3 + 0.1,
            "imports_change_pct": gain * 2.1 + 0.2,
            "real_income_change_pct": gain,
            "real_income_low_pct": gain - np.abs(gain) * rng.uniform(0.2, 0.5, n),
            "real_income_high_pct": gain + np.abs(gain) * rng.uniform(0.2, 0.9, n),
            "real_income_change_usd": gain_usd,
            "real_wage_change_pct": gain * 0.97,
            "terms_of_trade_pct": rng.normal(0, 0.08, n) + gain * 0.1,
            "project_cost_usd": cost,
            "project_cost_p80_usd": cost * 1.45,
            "project_cost_pct_gdp": 100 * cost / gdp,
            "annual_cost_usd": annual,
            "net_gain_usd": net,
            "net_gain_pct": 100 * net / gdp,
            "lifted_extreme": gain * base.population.astype(float).to_numpy() * 2e-4,
            "lifted_moderate": gain * base.population.astype(float).to_numpy() * 8e-4,
            **dict.fromkeys(OUTCOMES, np.nan),
            "flags": pd.Series(flags).str.strip(";"),
        }
    )


def _pairs(rng: np.random.Generator, countries: pd.DataFrame) -> pd.DataFrame:
    inside = countries[countries.in_model]
    codes = inside.iso3.to_numpy()
    exporter, importer = (a.ravel() for a in np.meshgrid(codes, codes, indexing="ij"))
    keep = exporter != importer
    exporter, importer = exporter[keep], importer[keep]
    gdp = inside.set_index("iso3").gdp_usd.fillna(1e9)
    n = len(exporter)
    before = rng.uniform(120, 900, n)
    change = np.minimum(-rng.gamma(0.7, 2.2, n), 0.0).clip(-22)
    cost = before / 24 * 0.6
    trade = gdp[exporter].to_numpy() * gdp[importer].to_numpy() / 1e14 * rng.lognormal(-2, 1, n)
    return pd.DataFrame(
        {
            "exporter": exporter,
            "importer": importer,
            "hours_before": before,
            "hours_after": before * (1 + change / 100),
            "days_reckoned_before": before / 24,
            "days_reckoned_after": before * (1 + change / 100) / 24,
            "shipment_time_change_pct": change,
            "land_share": rng.beta(0.4, 2, n),
            "time_cost_before_pct": cost,
            "time_cost_after_pct": cost * (1 + change / 100),
            "trade_usd": trade,
            "trade_change_pct": -change * rng.uniform(0.2, 1.6, n) - 0.4,
        }
    )


def _projects(rng: np.random.Generator) -> pd.DataFrame:
    base = evidence.load("projects")
    n = len(base)
    cost = base.cost_usd_bn.astype(float).to_numpy() * 1e9
    opened = base.status.isin(["completed", "operating", "partly_open"]).to_numpy()
    halted = base.status.isin(["stalled", "shelved", "suspended"]).to_numpy()
    annual = cost * 0.061 + cost * 0.02
    gain = rng.lognormal(17.5, 2.2, n)
    gain = np.where(rng.random(n) < 0.2, 0.0, gain)
    gain[rng.random(n) < 0.05] = -2e5
    gain = np.where(base.freight == "no", np.nan, gain)
    return pd.DataFrame(
        {
            "id": base.id,
            "name": base["name"],
            "mode": base["mode"],
            "countries": base.countries,
            "status": base.status,
            "year_open": base.year_open.astype(float),
            "state_before": np.where(base.year_open.astype(float) <= 2013, "there", "absent"),
            "state_after": np.where(halted, "absent", "there"),
            "length_km": base.length_km.astype(float),
            "matched_km": np.where(opened, base.length_km.astype(float) * 0.9, np.nan),
            "added_km": np.where(opened, 0.0, base.length_km.astype(float)),
            "cost_usd": cost,
            "cost_p80_usd": np.where(opened, cost, cost * 1.57),
            "annual_cost_usd": annual,
            "alone_hours_saved": np.where(np.isnan(gain), np.nan, rng.gamma(0.5, 0.05, n)),
            "pairs_faster_alone": np.where(np.isnan(gain), np.nan, rng.integers(0, 90_000, n)),
            "alone_gain_usd": gain,
            "gain_to_cost": gain / annual,
            "confidence": base.confidence,
            "source": base.source_title,
            "notes": base.note,
        }
    )


def _sensitivity(h: Headlines) -> pd.DataFrame:
    cases = [
        ("value_of_time_low", "Value of a day at the lower published estimate", 0.62),
        ("value_of_time_high", "Value of a day at the higher published estimate", 1.41),
        ("mode_choice_fixed", "Shippers keep the mode they use today", 0.71),
        ("elasticities_sectoral", "Trade elasticities by industry (Caliendo and Parro 2015)", 1.18),
        ("border_waits_low", "Border and port waits a third shorter than assumed", 0.93),
        ("border_waits_high", "Border and port waits a third longer than assumed", 1.09),
        ("rail_speed_low", "Rail speeds a fifth lower on existing lines", 1.06),
        ("rail_speed_high", "Rail speeds a fifth higher on existing lines", 0.95),
        ("only_open", "Only projects that are open today", 0.55),
        ("domestic_trade", "Domestic trade becomes cheaper as well", 1.35),
    ]
    return pd.DataFrame(
        [
            {
                "case": case,
                "description": text,
                "in_range": True,
                "world_real_income_pct": h.real_income_pct[0] * k,
                "corridor_real_income_pct": h.real_income_pct[1] * k,
                "world_trade_pct": h.trade_pct[0] * k,
                "world_trade_cost_pct": h.trade_cost_pct[0] * k,
            }
            for case, text, k in [("central", "The central case", 1.0), *cases]
        ]
    )


def _yardsticks(h: Headlines) -> pd.DataFrame:
    paper = "de Soyres, Mulabdic, Murray, Rocha and Ruta (2020), World Bank"
    rows = [
        ("time_world", "Shipment times fall on average worldwide by", -2.5, -1.2,
         h.shipment_time_switch_pct[0], h.shipment_time_fixed_pct[0], "%", "within the range",
         "The lower figure keeps modes as they are; the higher lets shippers switch."),
        ("time_bri", "Shipment times fall on average among corridor economies by", -3.2, -1.7,
         h.shipment_time_switch_pct[1], h.shipment_time_fixed_pct[1], "%", "within the range",
         "The list of economies differs: ours has those with a document on record."),
        ("income_world", "World real income rises by", 0.7, 2.9, h.real_income_pct[0] * 0.6,
         h.real_income_pct[0] * 1.4, "%", "0.2 percentage points below the lower figure",
         "The accounts are of a later year in which more of the network was already there."),
        ("extreme", "People lifted out of extreme poverty by 2030", 7.6e6, 7.6e6, 1.1e6, 4.2e6,
         "persons", "3.4 million below",
         "The poverty line and the base year differ: 3.00 USD a day in 2021 PPP against 1.90."),
        ("debt", "Economies whose debt outlook worsens in the long run", 11, 11, np.nan, np.nan,
         "economies", "not computed", "This appraisal does not model debt."),
    ]  # fmt: skip
    names = ["yardstick_id", "statement", "published_low", "published_high", "ours_low",
             "ours_high", "unit", "difference", "why"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).assign(source=paper)


def _assumptions() -> pd.DataFrame:
    rows = [
        ("value_of_time_goods", 0.8, 0.6, 2.1, "% of value per day",
         "Hummels and Schaur (2013), American Economic Review 103", "medium",
         "Trade-weighted mean over industries"),
        ("trade_elasticity", 4.0, 3.0, 6.0, "1", "Simonovska and Waugh (2014)", "medium", ""),
        ("rail_speed_mainline", 45.0, 30.0, 60.0, "km/h", "UNESCAP corridor studies", "low",
         "Commercial speed including halts"),
        ("border_wait_other", 24.0, 6.0, 72.0, "h", "", "imputed",
         "Crossings without a published figure"),
        ("discount_rate", 0.05, 0.03, 0.08, "1/a", "Scenario", "high", ""),
    ]  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=["parameter", "value", "low", "high", "unit", "source", "confidence", "note"],
    )


def _map_layers(rng: np.random.Generator, rail_lines: int) -> MapLayers:
    cities = evidence.load("cities")
    lat, lon = cities.lat.to_numpy(float), cities.lon.to_numpy(float)
    lines: list[dict[str, object]] = []

    def line(kind: str, project: str, part: int, ys: Floats, xs: Floats) -> None:
        lines.extend(
            {"kind": kind, "project": project, "part": part, "lat": float(y), "lon": float(x)}
            for y, x in zip(ys, xs, strict=True)
        )

    made = 0
    for i in rng.permutation(len(cities)).repeat(4):
        if made >= rail_lines:
            break
        gap = np.hypot(lat - lat[i], lon - lon[i])
        j = int(np.argsort(gap)[1 + made % 4])
        if gap[j] > 9:
            continue
        t = np.linspace(0, 1, 14)
        wiggle = rng.normal(0, 0.08, (2, 14)) * np.sin(np.pi * t)
        line("rail", "", made, lat[i] + (lat[j] - lat[i]) * t + wiggle[0],
             lon[i] + (lon[j] - lon[i]) * t + wiggle[1])  # fmt: skip
        made += 1
    lanes = [
        [(121.9, 30.6), (120, 22), (110, 8), (104, 1.3), (95, 6), (80, 5.5), (60, 13), (44, 12),
         (32.5, 30), (15, 36), (-6, 36), (-10, 44), (3, 52)],
        [(104, 1.3), (75, -8), (40, -30), (18, -35), (-15, 10), (-10, 44)],
        [(121.9, 30.6), (145, 36), (179, 42), (-150, 44), (-125, 38)],
        [(-6, 36), (-40, 38), (-74, 40)], [(104, 1.3), (115, -12), (115.7, -32)],
    ]  # fmt: skip
    for part, lane in enumerate(lanes):
        xs, ys = (np.array(v, float) for v in zip(*lane, strict=True))
        line("sea", "", part, ys, xs)
    points: list[dict[str, object]] = [
        {"kind": "city", "name": c.name_, "project": "", "lat": c.lat, "lon": c.lon,
         "size": c.population}
        for c in cities.rename(columns={"name": "name_"}).itertuples()
    ]  # fmt: skip
    points += [
        {"kind": "port", "name": name, "project": "", "lat": y, "lon": x, "size": 1.0}
        for name, y, x in [("Shanghai", 31.2, 121.8), ("Singapore", 1.3, 103.8),
                           ("Rotterdam", 51.9, 4.1), ("Mombasa", -4.0, 39.7)]
    ]  # fmt: skip
    for p in evidence.load("projects").rename(columns={"name": "name_"}).itertuples():
        way = np.array([[float(v) for v in q.split(",")] for q in p.waypoints.split(";")])
        if len(way) > 1:
            line("project", p.id, 0, way[:, 0], way[:, 1])
        else:
            points.append({"kind": "project", "name": p.name_, "project": p.id,
                           "lat": way[0, 0], "lon": way[0, 1], "size": 1.0})  # fmt: skip
    return MapLayers(lines=pd.DataFrame(lines), points=pd.DataFrame(points))


def _run(scenario: Scenario) -> dict[str, object]:
    return {
        "digest": scenario.digest,
        "versions": {"beltroad": "0.1.0", "python": "3.11", "numpy": "2.4", "scipy": "1.18"},
        "data_digests": evidence.digest(),
        "parameters": scenario.parameters.model_dump(mode="json"),
        "seed": scenario.seed,
        "timings_s": {"network": 4.21, "shipment_hours": 11.9, "trade_costs": 0.8, "solve": 3.3},
        "residuals": {"before": 3.1e-11, "after": 2.4e-11, "value_of_time_low": 8.8e-12},
    }
