"""The options that commands share, and the folders and settings that they state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from settings import EngineName, EngineSettings, Folders

StudyIds = Annotated[
    list[str] | None, typer.Option("--study", help="Id of a study; may be given more than once. All by default.")
]
Extracts = Annotated[Path | None, typer.Option(help="Folder with register deliveries. Default: ./extracts")]
Studies = Annotated[Path | None, typer.Option(help="Folder with study files. Default: ./studies")]
Catalogue = Annotated[Path | None, typer.Option(help="Folder laid over the shipped catalogue, file by file.")]
Store = Annotated[Path | None, typer.Option(help="Folder of the store, restricted. Default: ./store")]
Release = Annotated[Path | None, typer.Option(help="Folder of what may be taken out. Default: ./release")]
Engine = Annotated[
    EngineName | None, typer.Option(help="Where the work on all citizens is done, local or dask. Default: local")
]
Scheduler = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler that runs. Default: a cluster on this machine")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes of the Dask cluster on this machine. Default: as many as cores")
]
Format = Annotated[Literal["text", "json"], typer.Option(help="What is printed: text to read, or JSON for a program.")]
TableFormat = Annotated[
    Literal["text", "csv", "json"] | None,
    typer.Option(help="What is printed. Default: text to read in a terminal, CSV into a file or another program."),
]
CellOption = Annotated[
    str,
    typer.Option(
        help="Which figure, such as `period=1,service=psykiatri_sengedag,column=mean_cost`; also `group_by=kommune,"
        "group=101` or `area=sundhed`. Without service and area it is the total's."
    ),
]
DemoFolder = Annotated[Path, typer.Option(help="Folder of the demo's workspace.")]


def folders_of(default: Folders | None = None, **stated: Path | None) -> Folders:
    """The folders of the options stated, the others of `default` or the environment."""
    default = default or Folders.from_environment()
    chosen = {name: path.absolute() for name, path in stated.items() if path}
    return Folders(**{**default.__dict__, **chosen})


def engine_of(engine: str | None, scheduler: str | None, workers: int | None) -> EngineSettings:
    """The environment's settings with the options in their place."""
    settings = EngineSettings.from_environment()
    if engine:
        settings = replace(settings, engine=engine)
    if scheduler is None and workers is None:
        return settings
    if settings.engine != "dask":
        raise typer.BadParameter("--scheduler and --workers go with --engine dask")
    if scheduler is not None and workers is not None:
        raise typer.BadParameter("--scheduler or --workers: a scheduler that runs has workers of its own")
    return replace(settings, dask_scheduler=scheduler, dask_workers=str(workers) if workers else None)
