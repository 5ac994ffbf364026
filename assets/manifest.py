"""The manifest of a release: gathered from the workspace and the store, for `releases.manifest` to write.

Here: what a release was made of. Not here: its files, which are told when they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from assets.workspace import Workspace
from catalogue.reader import SHIPPED, catalogue_files
from deliveries.received import received
from deliveries.studies import Study
from expectations.states import tally
from pipelines.gate import Passed
from releases.fingerprints import keyed_fingerprint, sha256_of
from releases.manifest import Manifest
from reports.tables import ReleaseTables

STATED = ("id", "title_da", "title_en", "mode", "years_before", "years_after", "price_year", "comparison_ages",
          "age_bands")  # fmt: skip
"""What of a study file is told; where it and the list lie is not."""


def manifest_of(
    workspace: Workspace, study: Study, tables: ReleaseTables, passed: Passed, code: Mapping[str, str | None]
) -> Manifest:
    """What a release was made of, under which rules and with what.

    Args:
        workspace: the folders.
        study: the study released.
        tables: what is released of it, after disclosure control.
        passed: what came through the gate.
        code: `releases.fingerprints.code_fingerprint`.
    """
    store = Path(workspace.store)
    quality_checks = workspace.read_catalogue().quality_checks
    files = catalogue_files(Path(workspace.catalogue) if workspace.catalogue else None)
    return Manifest(
        release_id=tables.release_id,
        made=tables.made.isoformat(),
        study={name: getattr(study, name) for name in STATED}
        | {"study_file": {"sha256": sha256_of(study.path)}}
        | {"participant_list": keyed_fingerprint(study.participants, workspace.history)},
        periods=tables.periods,
        profile=asdict(tables.profile),
        registers=[
            {
                "register": register,
                "data_start": str(start) if start else None,
                "data_end": str(end),
                "files": received(store, register),
            }
            for register, start, end in tables.registers.iter_rows()
            if register in workspace.registers
        ],
        catalogue={
            path.name: {"sha256": sha256_of(path), "laid_over": path.parent != SHIPPED} for path in files.values()
        },
        code=code,
        checks=tally(store, quality_checks, study.id),
        withheld={
            name: {"rows": table.height, "withheld": int(table.get_column("withheld").sum())}
            for name, table in tables.tables.items()
        },
        audit={
            "passed": passed.verdict.passed,
            "figures_attacked": passed.verdict.figures,
            "periods_withheld_whole": sorted(period for period in passed.whole if period is not None),
            "population_withheld_whole": sorted(passed.alone),
            "rows_withheld_for_their_own_sake": int(passed.protected.reasons.get_column("primary").sum()),
        },
    )
