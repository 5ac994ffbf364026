"""The larger tables of `pandas_way.py`: the population's means, and a study's cost table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

AMOUNTS = ["cost", "cost_kommune", "cost_region", "cost_stat"]
LINE = ["area", "service"]


def _lines(lines: pl.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines of services, and the services that each is made of."""
    numbered = lines.with_row_index("line")
    parts = numbered.select("line", part="parts").explode("part")
    return numbered.drop("parts").to_pandas(), parts.to_pandas()


def _grouped(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Counts by each way to group citizens."""
    first = cells["age"] // 5 * 5
    band = first.astype(str) + "-" + (first + 4).astype(str)
    band = band.where(cells["age"] < 100, "100+").where(cells["age"].notna())
    groups = {"alle": "alle", "alder": band, "koen": cells["koen"], "kommune": cells["kom"]}
    each = [cells.assign(group_by=name, group=group) for name, group in groups.items()]
    counts = [name for name in ("n_citizens", "n_users", "quantity") if name in cells]
    together = pd.concat(each, ignore_index=True).dropna(subset="group")
    return together.groupby(["year", "group_by", "group", *by], as_index=False)[counts].sum()


def means(
    citizens: pd.DataFrame, use: pd.DataFrame, measured: pd.DataFrame, lines: pl.DataFrame, prices: pd.DataFrame
) -> pd.DataFrame:
    """As `pipelines.population_means.means`."""
    numbered, parts = _lines(lines)
    cell, key = ["year", "group_by", "group"], ["year", "group_by", "group", "line"]
    used = _grouped(use.merge(numbered, on=LINE), ["line"])
    of_services = used.merge(numbered.dropna(subset="service"), on="line").merge(prices, on=["year", "service"])
    priced = of_services[cell].assign(
        part=of_services["service"],
        payable=of_services["cost"].notna(),
        **{amount: of_services["quantity"] * of_services[amount] for amount in AMOUNTS},
    )
    costs = priced.merge(parts, on="part").groupby(key, as_index=False)
    costs = costs.agg({"payable": "all", **dict.fromkeys(AMOUNTS, "sum")})
    line_prices = prices.merge(parts, left_on="service", right_on="part")
    shown = line_prices.groupby(["year", "line"], as_index=False)["illustrative"].any().assign(priced=True)
    table = (
        _grouped(citizens, [])
        .rename(columns={"n_citizens": "n_present"})
        .merge(measured.merge(numbered, on=LINE), on="year")
        .merge(used, on=key, how="left")
        .merge(costs, on=key, how="left")
        .merge(shown, on=["year", "line"], how="left")
    )
    table["n_citizens"] = table["n_present"].where(table["measured"], 0)
    table["n_users"] = table["n_users"].fillna(0)
    n = table["n_citizens"].where(table["n_citizens"] > 0)
    payable = table["priced"].notna() & table["payable"].fillna(value=True).astype(bool)
    table["share_users"] = table["n_users"] / n
    table["mean_quantity"] = (table["quantity"].fillna(0) / n).where(table["service"].notna())
    for amount in AMOUNTS:
        table[f"mean_{amount}"] = (table[amount].fillna(0) / n).where(payable)
    table["illustrative"] = table["illustrative"].eq(other=True)
    return table.assign(price_year=table["year"]).drop(columns=["priced", "payable", "quantity", *AMOUNTS])


def cost_table(
    base: pd.DataFrame,
    windows: pd.DataFrame,
    there: pd.DataFrame,
    use: pd.DataFrame,
    covered: pd.DataFrame,
    prices: pd.DataFrame,
    lines: pl.DataFrame,
) -> pd.DataFrame:
    """As `pipelines.tables.cost_table`."""
    numbered, parts = _lines(lines)
    priced = use.merge(prices, on=["service", "start"], how="left")
    priced["cost"] = priced["quantity"] * priced["price_kr"]
    for payer in ("kommune", "region", "stat"):
        priced[f"cost_{payer}"] = priced["cost"] * priced[payer]
    own = ["person", "period", "line"]
    of_lines = priced.merge(parts, left_on="service", right_on="part").groupby(own, as_index=False)
    of_lines = of_lines[["quantity", *AMOUNTS]].sum()
    told = covered.merge(prices[["service", "start", "illustrative"]], on=["service", "start"], how="left")
    told["illustrative"] = told["illustrative"].eq(other=True)
    told = told.merge(parts, left_on="service", right_on="part").groupby(["start", "end", "line"], as_index=False)
    told = told.agg(measured=("covered", "all"), illustrative=("illustrative", "any"))
    groups = {"alle": "alle", "kommune": base["kom"], "gruppe": base["group"]}
    members = pd.concat(
        pd.DataFrame({"person": base["person"], "group_by": name, "group": group}) for name, group in groups.items()
    ).dropna(subset="group")
    cell = ["group_by", "group", "period", "line"]
    rows = there.merge(told, on=["start", "end"]).merge(of_lines, on=own, how="left").merge(members, on="person")
    users = rows["quantity"].notna() & rows["measured"]
    amounts = {name: rows[name].where(rows["measured"]).fillna(0) for name in ("quantity", *AMOUNTS)}
    rows = rows.assign(n_citizens=rows["measured"].astype(int), n_users=users.astype(int), **amounts)
    summed = dict.fromkeys(["n_citizens", "n_users", *amounts], "sum")
    figures = rows.groupby(cell, as_index=False).agg({**summed, "illustrative": "any"})
    sizes = members.groupby(["group_by", "group"]).size().rename("n_study").reset_index()
    table = sizes.merge(windows[["period"]].drop_duplicates(), how="cross").merge(numbered, how="cross")
    table = table.merge(figures, on=cell, how="left")
    table[["n_citizens", "n_users"]] = table[["n_citizens", "n_users"]].fillna(0)
    n = table["n_citizens"].where(table["n_citizens"] > 0)
    has_price = table["line"].isin(parts.loc[parts["part"].isin(prices["service"]), "line"])
    table["share_users"] = table["n_users"] / n
    table["mean_quantity"] = (table["quantity"] / n).where(table["service"].notna())
    for amount in AMOUNTS:
        table[f"mean_{amount}"] = (table[amount] / n).where(has_price, np.nan)
    table["illustrative"] = table["illustrative"].eq(other=True)
    return table.drop(columns=["line", "quantity", *AMOUNTS])
