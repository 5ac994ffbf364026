"""Entry: delivered files become the typed rows of a register, keyed by `person`, and nothing is lost on the way.

Here: reading what the contract states, setting aside rows that break it, and exchanging PNRs for persons. Not here:
what the rows mean (`pipelines.registers`). A delivered row is either kept or set aside with a reason.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

import polars as pl
import polars.selectors as cs

from deliveries.formats import reading
from deliveries.quarantine import broken_rows, set_aside
from deliveries.shape import family_columns
from deliveries.sources import Source, rows_delivered
from deliveries.values import is_blank, read_code, read_date, read_datetime, read_integer, read_pnr, read_text
from expectations.contracts.deliveries import REASONS, DeliveryContract, Field, read_columns
from faults import DeliveryError, Fault, StoreError

UNREAD = "unread_"
READERS = {
    "pnr": read_pnr,
    "code": read_code,
    "text": read_text,
    "date": read_date,
    "datetime": read_datetime,
    "integer": read_integer,
}


@dataclass(frozen=True)
class Entered:
    """What came of a register's delivered rows.

    `kept`: the typed rows with `person`, sorted as the contract says. `set_aside`: delivered values as text with
    `reason`, `source_file` and `row_number` (1 is the first row after any header). `received` counts the files' rows,
    apart from the reading of them. `unread` counts, by column, values of kept rows that could not be read and are null.
    `earliest` is the first start of an event: of kept rows, and of those set aside only because they have not ended.
    """

    kept: pl.DataFrame
    set_aside: pl.DataFrame
    received: int
    unread: dict[str, int] = field(default_factory=dict)
    earliest: date | None = None

    @property
    def reasons(self) -> dict[str, int]:
        """Rows set aside, by reason; those that occur."""
        return dict(self.set_aside.group_by("reason").len().sort("reason").rows())


def delivered_pnrs(contract: DeliveryContract, sources: Sequence[Source]) -> pl.Series:
    """Every distinct PNR in the id columns of a register's files, in no particular order."""
    found = [pl.Series("pnr", [], pl.String)]
    for source in sources:
        schema = source.frame.collect_schema()
        columns = read_columns(contract, list(schema))
        ids = [source.frame.select(pnr=_read(stated, columns, schema)) for stated in contract.ids]
        with reading(source.path):
            found.append(pl.concat(ids).unique().collect(engine="streaming").to_series())
    return pl.concat(found).drop_nulls().unique()


def enter(contract: DeliveryContract, sources: Sequence[Source], person_key: pl.DataFrame) -> Entered:
    """Read the rows of a register, set aside those that break the contract, and key the rest by `person`.

    Args:
        contract: what the register is delivered with.
        sources: its files (`open_sources`).
        person_key: `pnr`, `person`: holds every PNR delivered.

    Raises:
        DeliveryError: no row of the register can be kept, or one snapshot is delivered in two files.
    """
    typed = pl.concat([_typed(contract, source, number) for number, source in enumerate(sources)])
    _refuse_twice_delivered(contract, typed, sources)
    kept = _keyed(contract, typed.filter(pl.col("reason").is_null()), person_key).sort(
        *contract.sorted_by, "source", "row"
    )
    if contract.unique:
        repeated = reduce(operator.and_, (pl.col(c) == pl.col(c).shift() for c in contract.sorted_by)).fill_null(False)
        marked = kept.with_columns(repeated=repeated)
        kept, again = marked.filter(~pl.col("repeated")), marked.filter("repeated")
    else:
        again = kept.clear()
    broken = broken_rows(typed, again)
    _refuse_nothing_kept(contract, kept.height, broken, sources)
    columns = [stated.becomes for stated in contract.fields]
    unread = kept.select(cs.starts_with(UNREAD).sum()).row(0, named=True)
    counts = {name.removeprefix(UNREAD): n for name, n in unread.items() if n}
    return Entered(
        kept.select(columns), set_aside(contract, sources, broken), rows_delivered(sources), counts, _earliest(typed)
    )


def kept_rows(contract: DeliveryContract, sources: Sequence[Source], person_key: pl.DataFrame) -> Entered:
    """Like `enter`, for wide registers, of which the columns of families are read in batches (`wide_batches`).

    `kept` holds only `source`, `row` and `person`; `set_aside` no columns of families.
    """
    numbered = [
        _typed(contract, source, number).select("source", "row", "person", "reason")
        for number, source in enumerate(sources)
    ]
    typed = pl.concat(numbered)
    kept = _keyed(contract, typed.filter(pl.col("reason").is_null()), person_key)
    first = (
        kept.sort("source", "row").unique("person", keep="first", maintain_order=True).select("source", "row", "person")
    )
    again = kept.join(first, on=["source", "row"], how="anti")
    broken = broken_rows(typed, again)
    _refuse_nothing_kept(contract, first.height, broken, sources)
    return Entered(first, set_aside(contract, sources, broken), rows_delivered(sources))


def wide_batches(
    contract: DeliveryContract, sources: Sequence[Source], entered: Entered, rows: int
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The column families of a wide register in batches of about `rows` rows.

    Args:
        contract: what the register is delivered with.
        sources: its files.
        entered: what `kept_rows` gave.
        rows: rows of a batch.

    Yields:
        The families of kept rows with `person`, and rows set aside with their families' values as text.
    """
    for number, source in enumerate(sources):
        wanted = entered.kept.filter(source=number).select("row", "person")
        aside = entered.set_aside.filter(source_file=source.path.name).with_columns(row=pl.col("row_number") - 1)
        schema = source.frame.collect_schema()
        families = [
            pl.col(name) if schema[name].is_numeric() else pl.col(name).cast(pl.String)
            for name in family_columns(contract, schema)
        ]
        with reading(source.path):
            for batch in source.frame.select(families).with_row_index("row").collect_batches(chunk_size=rows):
                kept = wanted.join(batch, on="row", how="inner", maintain_order="left").drop("row")
                broken = aside.join(batch, on="row", how="inner", maintain_order="left").drop("row")
                yield kept, broken.with_columns(pl.exclude("row_number").cast(pl.String))


def _typed(contract: DeliveryContract, source: Source, number: int) -> pl.DataFrame:
    """A file's rows: its fields typed (`person` still the PNR), `source`, `row`, and the `reason` to set it aside."""
    schema = source.frame.collect_schema()
    columns = read_columns(contract, list(schema))
    typed = source.frame.select(
        *(_read(stated, columns, schema).alias(stated.becomes) for stated in contract.fields),
        _first_reason(contract.fields, columns, schema).alias("field_reason"),
        *_unread(contract.fields, columns, schema),
    )
    reason = pl.col("field_reason")
    for rule in contract.row_rules:
        reason = reason.fill_null(pl.when(rule.broken).then(pl.lit(rule.reason)))
    if contract.kind == "periodic":
        reason = reason.fill_null(pl.when(~_inside(source.period)).then(pl.lit("outside_delivery")))
    with reading(source.path):
        return (
            typed.with_columns(reason=reason, source=pl.lit(number, pl.UInt16))
            .drop("field_reason")
            .with_row_index("row")
            .collect(engine="streaming")
        )


def _read(stated: Field, columns: dict[str, str], schema: pl.Schema) -> pl.Expr:
    name = columns[stated.name]
    if stated.width is not None:
        code = read_code(name, schema[name], stated.width).str.replace(rf"^0+(\d{{{stated.width}}})$", "$1")
        return pl.when(code.str.contains(rf"^\d{{{stated.width}}}$")).then(code)
    return READERS[stated.read_as](name, schema[name])


def _unread(fields: Sequence[Field], columns: dict[str, str], schema: pl.Schema) -> list[pl.Expr]:
    """For each column whose unreadable values set no row aside: `unread_<column>`, true where one stands."""
    return [
        (~_blank(columns[stated.name], schema) & _read(stated, columns, schema).is_null()).alias(UNREAD + stated.name)
        for stated in fields
        if not stated.unreadable and not stated.optional
    ]


def _first_reason(fields: Sequence[Field], columns: dict[str, str], schema: pl.Schema) -> pl.Expr:
    reasons = []
    for stated in fields:
        blank = _blank(columns[stated.name], schema)
        if stated.missing:
            reasons.append(pl.when(blank).then(pl.lit(stated.missing)))
        if stated.unreadable:
            reasons.append(pl.when(~blank & _read(stated, columns, schema).is_null()).then(pl.lit(stated.unreadable)))
    return pl.coalesce(reasons)


def _blank(column: str, schema: pl.Schema) -> pl.Expr:
    delivered = pl.col(column)
    blank = delivered.is_null()
    if schema[column].is_float():
        return blank | delivered.is_nan()
    if schema[column] == pl.String:
        return blank | is_blank(delivered.str.strip_chars())
    return blank


def _inside(period: str) -> pl.Expr:
    day = pl.col("reference_date")
    year = day.dt.year() == int(period[:4])
    return year & (day.dt.month() == int(period[4:])) if len(period) == 6 else year


def _keyed(contract: DeliveryContract, rows: pl.DataFrame, person_key: pl.DataFrame) -> pl.DataFrame:
    for stated in contract.ids:
        key = person_key.rename({"pnr": stated.becomes, "person": "number"})
        rows = rows.join(key, on=stated.becomes, how="left").drop(stated.becomes).rename({"number": stated.becomes})
    unknown = rows.get_column("person").null_count()
    if unknown:
        what = f"{unknown} rows of {contract.register.upper()} have a citizen that the person key does not hold"
        mend = "materialise person_key first: it reads the PNRs of every delivery"
        raise StoreError(Fault(what, "store: person_key", mend))
    return rows


def _earliest(typed: pl.DataFrame) -> date | None:
    if "start" not in typed.columns:
        return None
    events = typed.filter(pl.col("reason").is_null() | (pl.col("reason") == "open_contact"))
    return events.select(pl.col("start").min().cast(pl.Date)).item()


def _refuse_twice_delivered(contract: DeliveryContract, typed: pl.DataFrame, sources: Sequence[Source]) -> None:
    if contract.kind != "periodic":
        return
    snapshots = (
        typed.filter(pl.col("reason").is_null())
        .select("reference_date", "source")
        .unique()
        .sort("reference_date", "source")
    )
    faults = []
    for (day,), group in snapshots.group_by("reference_date", maintain_order=True):
        named = [sources[number] for number in group.get_column("source")]
        if len({source.period for source in named}) > 1:
            faults.append(
                Fault(
                    f"the snapshot of {day} is delivered more than once: that would double every row",
                    " and ".join(str(source.path) for source in named),
                    "keep one of the files and move the others out of the folder",
                )
            )
    if faults:
        raise DeliveryError(faults)


def _refuse_nothing_kept(
    contract: DeliveryContract, kept: int, broken: pl.DataFrame, sources: Sequence[Source]
) -> None:
    if kept or broken.is_empty():
        return
    counts = broken.group_by("reason").len().sort("reason").rows()
    why = ", ".join(f"{n} with {REASONS[reason]}" for reason, n in counts)
    raise DeliveryError(
        Fault(
            f"no row of {contract.register.upper()} can be kept: {why}",
            ", ".join(str(source.path) for source in sources),
            "look at these columns in the file: a whole column that cannot be read is a fault of the delivery",
        )
    )
