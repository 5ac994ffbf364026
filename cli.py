"""The command `forlob`: runs the same Dagster assets that the UI shows. Its exit codes stand at the end of its help."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from faults import Fault, ForlobError, QualityError, StoreError
from options import (
    Catalogue,
    CellOption,
    DemoFolder,
    Engine,
    Extracts,
    Format,
    Release,
    Scheduler,
    Store,
    Studies,
    StudyIds,
    TableFormat,
    Workers,
    engine_of,
    folders_of,
)
from screen import err, out, print_rows, print_told, progress, told_errors
from settings import DATA_DOCS_URL, EngineSettings, Folders

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help=(
        "What the citizens of a social intervention used of public services and what it cost, from register deliveries."
    ),
    epilog=(
        "Exit codes: 0 done, 1 a fault of the program, 2 wrong use of the command, 3 deliveries, 4 studies or "
        "participant lists, 5 catalogue, 6 store, 7 data quality, 8 engine, 9 disclosure control."
    ),
)
NOT_CONTROLLED = (
    "fra lageret, ikke diskretioneret: må ikke gives videre / "
    "from the store, not through disclosure control: not to be passed on"
)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"  # whatever becomes of dagster.yaml: data about people is near


@app.command()
def run(
    study: StudyIds = None,
    extracts: Extracts = None,
    studies: Studies = None,
    catalogue: Catalogue = None,
    store: Store = None,
    release: Release = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
) -> None:
    """Run the deliveries in a folder through to the cost tables and releases of the studies."""
    folders = folders_of(extracts=extracts, studies=studies, catalogue=catalogue, store=store, release=release)
    with told_errors():
        _run(folders, study or [], engine_of(engine, scheduler, workers))


@app.command()
def demo(
    folder: DemoFolder = Path("demo"),
    citizens: Annotated[int, typer.Option(min=20_000, help="Citizens of the demo's population.")] = 20_000,
) -> None:
    """Generate demo deliveries, run both studies, and print the cost tables and where the files are."""
    with told_errors():
        _synthesise(folder, citizens)
        _run(Folders.below(folder), [], EngineSettings.from_environment(), show_tables=True)


@app.command()
def synthesise(
    folder: DemoFolder = Path("demo"),
    citizens: Annotated[int, typer.Option(min=20_000, help="Citizens of the population.")] = 20_000,
    seed: Annotated[
        int, typer.Option(help="Another seed gives another population with the same planted answers.")
    ] = 2026,
) -> None:
    """Write demo deliveries, study files and participant lists in the registers' formats, and the answers planted."""
    with told_errors():
        _synthesise(folder, citizens, seed)
    out.print(f"written: {folder.absolute()}", markup=False)


@app.command()
def printed(folder: DemoFolder = Path("demo"), format: TableFormat = None) -> None:
    """Hold a demo's figures against those that the two evaluations print, row by row; of no other workspace."""
    from reports.named import stored
    from reports.printed import printed_screen
    from synthetic.printed import compared

    store, again = Folders.below(folder).store, f"make it with `forlob demo --folder {folder}`"
    with told_errors():
        if not (folder / "answers.json").exists():
            raise StoreError(Fault("the folder holds no demo", str(folder), again))
        try:
            rows = compared(lambda table, study: stored(table, study, store))
        except ValueError as error:
            raise StoreError(Fault(f"the demo is of another version: {error}", str(store), again)) from None
    print_rows(rows, lambda: printed_screen(rows), format)


@app.command(name="studies")
def list_studies(studies: Studies = None) -> None:
    """List the studies of a folder."""
    from deliveries.studies import read_studies
    from reports.terminal import studies_table

    with told_errors():
        out.print(studies_table(read_studies(folders_of(studies=studies).studies)))


@app.command()
def quality(
    study: StudyIds = None,
    studies: Studies = None,
    catalogue: Catalogue = None,
    store: Store = None,
) -> None:
    """Print the state of every check, and end with exit code 7 when one of them blocks."""
    from catalogue.reader import read_catalogue
    from expectations.states import states_of
    from reports.quality import quality_screen

    folders = folders_of(studies=studies, catalogue=catalogue, store=store)
    with told_errors():
        checks = read_catalogue(folders.catalogue).quality_checks
        findings = states_of(folders.store, _study_ids(folders.studies), study or [], checks)
    out.print(quality_screen(findings, folders.store), soft_wrap=True)
    if any(finding.blocks for finding in findings):
        raise typer.Exit(QualityError.exit_code)


@app.command()
def releases(
    study: StudyIds = None,
    release: Release = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two of the --study's, by id or as `previous`, `latest`: what changed, and why."),
    ] = None,
    format: Format = "text",
) -> None:
    """List the releases of studies, verify their files, or compare two. Exit code 6 when a released file changed."""
    from releases.compare import compare as compare_releases
    from releases.folder import chosen, studies_released
    from reports.releases import comparison_screen, listed, releases_json, releases_screen

    folder = folders_of(release=release).release
    if compare and len(study or []) != 1:
        raise typer.BadParameter("--compare goes with one --study")
    with told_errors():
        if compare:
            comparison = compare_releases(*(chosen(folder, study[0], name) for name in compare))
            print_told(comparison_screen(comparison), asdict(comparison), format)
            return
        for name in study or []:
            chosen(folder, name)
        found = listed(folder, study or studies_released(folder))
        print_told(releases_screen(found), releases_json(found, folder), format)
    if not found:
        err.print(f"no releases in {folder}: `forlob run` makes one, or name the folder with --release", markup=False)
    if not all(one.intact for one in found):
        raise typer.Exit(StoreError.exit_code)


@app.command()
def explain(
    study: Annotated[str, typer.Option(help="Id of the study.")],
    cell: CellOption,
    table: Annotated[str, typer.Option(help="Which table, as its file is named.")] = "cost_table",
    release_id: Annotated[
        str, typer.Option("--id", help="The release, by id or as `previous` or `latest`.")
    ] = "latest",
    release: Release = None,
    format: Format = "text",
) -> None:
    """Take a released figure back to its rule, prices, payer rules, codes and registers; needs the release alone."""
    from releases.folder import chosen
    from reports.cells import WrongCellError, find
    from reports.explain import explain_json, explain_screen
    from reports.sources import read_tables

    with told_errors():
        tables = read_tables(chosen(folders_of(release=release).release, study, release_id))
    try:
        found = find(tables, cell, table)
    except WrongCellError as error:
        raise typer.BadParameter(str(error), param_hint="--cell") from None
    print_told(explain_screen(tables, found), explain_json(tables, found), format)


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="Which table or figure; `forlob tables` lists them.")],
    study: Annotated[str, typer.Option(help="Id of the study.")],
    studies: Studies = None,
    catalogue: Catalogue = None,
    store: Store = None,
    format: TableFormat = None,
) -> None:
    """Print a table or figure of the evaluations for a study, from the store: not through disclosure control."""
    from catalogue.reader import read_catalogue
    from deliveries.studies import study_of
    from reports.named import named_screen, named_table, refuse_unknown

    folders = folders_of(studies=studies, catalogue=catalogue, store=store)
    try:
        refuse_unknown(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="NAME") from None
    with told_errors():
        chosen = study_of(folders.studies, study)
        rows = named_table(name, chosen.id, folders.store)
        labels = read_catalogue(folders.catalogue)
    err.print(NOT_CONTROLLED, markup=False, highlight=False)
    print_rows(rows, lambda: named_screen(name, rows, chosen, labels), format)


@app.command()
def tables(format: Format = "text") -> None:
    """List the tables and figures of the evaluations that `forlob table` prints."""
    from reports.named import tables_json, tables_screen

    print_told(tables_screen(), tables_json(), format)


@app.command()
def ui(
    folder: Annotated[
        Path, typer.Option(help="A workspace: a folder with extracts, studies, store and release.")
    ] = Path(),
    extracts: Extracts = None,
    studies: Studies = None,
    catalogue: Catalogue = None,
    store: Store = None,
    release: Release = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; the next one shows the pages on quality.")] = 3000,
) -> None:
    """Start the Dagster UI on 127.0.0.1 over a workspace, with the history of its runs and the pages on quality."""
    from engines.choice import chosen
    from expectations.states import data_docs_of
    from reports.pages import served

    stated = {"extracts": extracts, "studies": studies, "catalogue": catalogue, "store": store, "release": release}
    folders = folders_of(Folders.below(folder), **stated)
    with told_errors():
        chosen(EngineSettings.from_environment())  # here, before every run that somebody starts would fail on it
        _prepare_instance(folders)
    environment = os.environ | folders.as_environment() | {"DAGSTER_HOME": str(folders.instance)}
    code_location = str(Path(__file__).with_name("workspace.yaml"))
    arguments = ["dagster", "dev", "--workspace", code_location, "--host", "127.0.0.1", "--port", str(port)]
    with served(data_docs_of(folders.store), port + 1) as pages:
        out.print(f"Dagster UI: http://127.0.0.1:{port}  (store {folders.store}; stop with Ctrl-C)", markup=False)
        out.print(f"Data Docs:  {pages or data_docs_of(folders.store)}", markup=False)
        # In the instance's folder, where its dagster.yaml is: another in the current folder would draw a warning.
        command = [sys.executable, "-m", *arguments]
        code = _wait(subprocess.Popen(command, env=environment | {DATA_DOCS_URL: pages or ""}, cwd=folders.instance))
    raise typer.Exit(code)


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait until a program ends, and return its exit code; what would end the command ends the program first."""
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while child.poll() is None:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C reaches the program by itself
            child.wait()
    return abs(child.returncode)


def _study_ids(studies: Path) -> set[str] | None:
    """The studies of a folder; None where it cannot tell."""
    from deliveries.studies import read_studies

    try:
        return {study.id for study in read_studies(studies)}
    except ForlobError:
        return None


def _synthesise(folder: Path, citizens: int, seed: int = 2026) -> None:
    from synthetic.write import write_demo

    if (folder / "extracts").exists() and not (folder / "answers.json").exists():
        mend = "choose another --folder: demo deliveries are never mixed with real ones"
        raise StoreError(Fault("the folder holds deliveries that are not the demo's", str(folder), mend))
    with progress() as tell:
        write_demo(folder, citizens, seed, lambda what: tell(f"demo deliveries: {what}", None))


def _prepare_instance(folders: Folders) -> None:
    """Dagster's home inside the store, telemetry off: nothing about a run leaves the machine."""
    try:
        folders.instance.mkdir(parents=True, exist_ok=True)
        settings = Path(__file__).with_name("dagster.yaml").read_text(encoding="utf-8")
        history = (folders.instance / "history" / "runs").as_posix()
        stated = settings.replace('"INSTANCE/history/runs"', json.dumps(history, ensure_ascii=False))
        (folders.instance / "dagster.yaml").write_text(stated, encoding="utf-8")
    except OSError as error:
        what = f"the store cannot be made or written ({type(error).__name__})"
        raise StoreError(Fault(what, str(folders.store), "choose another --store, or mend the rights to it")) from None


@contextlib.contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Refuse a second command on the same store: their tables would mix."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(store / ".run.lock", timeout=0):
            yield
    except Timeout:
        what = "another forlob command is running on this store"
        raise StoreError(Fault(what, str(store), "wait until it has ended, or choose another --store")) from None


def _run(folders: Folders, study_ids: list[str], engine: EngineSettings, *, show_tables: bool = False) -> None:
    from deliveries.received import forget_received
    from expectations.states import data_docs_of, forget_withdrawn
    from reports import terminal

    with progress() as tell:
        tell("looking at what is delivered", None)
        import dagster as dg

        from assets.engine import StageEngine
        from assets.location import build
        from assets.run import Outcome, make_runs, plan
        from assets.workspace import Workspace

        stages = StageEngine(folders, engine)
        workspace = Workspace.of(folders)
        made = plan(workspace, study_ids)
        _prepare_instance(folders)
        title, done = "", 0.0

        def on_asset(name: str) -> None:
            tell(f"{title}: {name}", done)

        for register in made.by_year:
            forget_withdrawn(folders.store, register, made.first_year)
            forget_received(folders.store, register, made.first_year)
        with _alone(folders.store), dg.DagsterInstance.from_config(str(folders.instance)) as instance:
            with contextlib.closing(stages):
                stages.ready()
            for event in make_runs(build(folders, engine), instance, made.steps, on_asset):
                if isinstance(event, Outcome):
                    outcome = event
                else:
                    title, done = event.title, made.steps.index(event) / len(made.steps)
    for warning in dict.fromkeys([*made.warnings, *outcome.warnings]):
        err.print(f"[yellow]warning:[/yellow] {escape(warning)}", highlight=False)
    if outcome.failure:
        err.print("[bold red]stopped; releases are as they were, the store has what was made before:[/bold red]")
        err.print(outcome.failure, markup=False, highlight=False)
        raise typer.Exit(outcome.exit_code)
    out.print(terminal.registers_table(outcome.registers), "")
    for study in made.studies:
        if show_tables:
            out.print(terminal.cost_table(study, folders.store, workspace.catalogue_of(study)), "")
            out.print(terminal.comparison_table(study, folders.store, workspace.catalogue_of(study)), "")
        out.print(terminal.flow_table(study, folders), "")
        for line in terminal.files_of(study, folders):
            out.print(line, soft_wrap=True, highlight=False, markup=False)
        out.print()
    quality = f"datakvalitet / data quality:      {data_docs_of(folders.store) / 'index.html'}  (forlob quality)"
    out.print(quality, soft_wrap=True, highlight=False, markup=False)


if __name__ == "__main__":
    app()
