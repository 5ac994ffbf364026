"""What the command says and where: results on standard output, progress, warnings and faults on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

import polars as pl
import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from faults import ForlobError

PIPED_WIDTH = 130  # of a log file or a pipe, which has none of its own
out = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, soft_wrap=True)


def print_told(screen: RenderableType, told: object, wanted: str) -> None:
    """The screen, or what it tells as JSON."""
    if wanted == "text":
        out.print(screen, soft_wrap=True)
    else:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))


def print_rows(rows: pl.DataFrame, screen: Callable[[], RenderableType], wanted: str | None) -> None:
    """Rows as CSV or JSON, or the screen that tells of them; not told which, the screen in a terminal, else CSV."""
    wanted = wanted or ("text" if sys.stdout.isatty() else "csv")
    if wanted == "csv":
        typer.echo(rows.write_csv(), nl=False)
    else:
        print_told(screen() if wanted == "text" else "", rows.to_dicts(), wanted)


@contextlib.contextmanager
def told_errors() -> Iterator[None]:
    """A fault that can be mended is told without a traceback, and sets the exit code."""
    try:
        yield
    except ForlobError as error:
        n = len(error.faults)
        err.print(f"[bold red]{'1 fault' if n == 1 else f'{n} faults'}:[/bold red]")
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(error.exit_code) from None


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str, float | None], None]]:
    """What is being done and how far it is: a bar in a terminal, a line each in a log."""
    if not err.is_terminal:
        yield lambda what, done: err.print(f"{datetime.now():%H:%M:%S} {what}", highlight=False)
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done: bar.update(task, description=what, total=None if done is None else 1, completed=done)
