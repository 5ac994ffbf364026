"""The pages in `docs/` say what the code says: generated parts have not drifted, links and citations lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # `docs` is no installed package

from docs import generate, house  # noqa: E402

PAGES = sorted((ROOT / "docs").glob("*.md"))
READ = [*PAGES, ROOT / "README.md", ROOT / "studies" / "README.md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CITED_PAGE = re.compile(r"docs/(\w+\.md)")
CITED_RULE = re.compile(r"docs/method\.md §§? ?(\d+(?:\.\d+)?)(?:(?:,| and) (\d+(?:\.\d+)?))*")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
ONLY_DAGSTER = {"assets", "definitions", "cli"}


def sources() -> list[Path]:
    rooms = [ROOT / room for room in house.ROOMS if (ROOT / room).is_dir()]
    inside = [path for room in [*rooms, ROOT / "tests", ROOT / "benchmarks"] for path in room.rglob("*")]
    return [path for path in [*ROOT.glob("*.py"), *inside] if path.suffix in (".py", ".csv") and path.is_file()]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def rules() -> set[str]:
    """The sections of the method, and the numbered rules that stand in them: `3`, `3.2`."""
    found, section = set(), ""
    for line in (ROOT / "docs" / "method.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## (\d+) ", line):
            section = heading[1]
            found.add(section)
        elif section and (rule := re.match(r"(\d+)\. ", line)):
            found.add(f"{section}.{rule[1]}")
    return found


def test_generated_pages_have_not_drifted() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_drift_is_named_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for page in PAGES:
        shutil.copy(page, tmp_path)
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    assert generate.main(["--check"]) == 0
    method = tmp_path / "method.md"
    as_it_was = method.read_text(encoding="utf-8")
    method.write_text(as_it_was.replace("| `stay_gap_hours` | 4 |", "| `stay_gap_hours` | 5 |"), encoding="utf-8")
    (tmp_path / "cli.md").unlink()
    assert generate.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "method.md" in told
    assert "cli.md" in told
    assert "registers.md" not in told
    assert generate.main([]) == 0
    assert method.read_text(encoding="utf-8") == as_it_was
    assert (tmp_path / "cli.md").exists()


def test_a_part_without_its_marks_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in PAGES:
        shutil.copy(page, tmp_path)
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    registers = tmp_path / "registers.md"
    text = registers.read_text(encoding="utf-8")
    registers.write_text(text.replace("<!-- generated: reasons -->", ""), encoding="utf-8")
    with pytest.raises(ValueError, match=r"registers\.md"):
        generate.generated()


@pytest.mark.parametrize("page", READ, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        assert target.exists(), f"{page.name} links to {link}, which is not there"
        assert not anchor or anchor in anchors(target), f"{page.name} links to {link}, which has no such heading"


@pytest.mark.parametrize("page", READ, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_nothing_outside_the_repository(page: Path) -> None:
    found = re.findall(r"/work/|\bshared/", page.read_text(encoding="utf-8"))
    assert not found, f"{page.name} names {found}"


def test_cited_pages_and_rules_exist() -> None:
    known = rules()
    assert {"1", "2", "3", "4", "5", "6", "7", "1.1", "3.2"} <= known
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for page in CITED_PAGE.findall(text):
            assert (ROOT / "docs" / page).exists(), f"{path} cites docs/{page}, which is not there"
        for cited in CITED_RULE.finditer(text):
            for rule in NUMBER.findall(cited[0].partition("§")[2]):
                assert rule in known, f"{path} cites docs/method.md § {rule}, which is not there"


def test_every_asset_is_described() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    keys = {key.to_user_string() for key in house.asset_graph().get_all_asset_keys()}
    assert keys
    assert not {key for key in keys if f"| `{key}` |" not in text}


def test_only_the_outer_rooms_import_dagster() -> None:
    assert {"assets"} <= {room for room in house.ROOMS if "dagster" in house.imported(room)} <= ONLY_DAGSTER


def test_imports_go_one_way() -> None:
    imports = {room: house.imported(room) & set(house.ROOMS) - {room} for room in house.ROOMS}
    assert imports["faults"] == set()
    assert imports["pipelines"] <= {"catalogue", "faults"}
    assert imports["engines"] <= {"faults", "settings", "pipelines"}
    assert imports["expectations"] <= {"faults", "catalogue"}
    assert imports["synthetic"] == set()
    outer = {"assets", "definitions", "cli", "synthetic"}
    for room in set(house.ROOMS) - outer:
        assert not imports[room] & outer, f"{room} imports {imports[room] & outer}"
