"""The catalogue: what ships, what a folder laid over it changes, and faults that say where they are."""

import datetime as dt
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from catalogue.codes import code_rows
from catalogue.columns import FILES
from catalogue.reader import SHIPPED, Catalogue, read_catalogue
from faults import CatalogueError

PRICES = "service,year,price,status,source\n"
LIMITS = "limit,value,unit,source\n"
RULES = "service,valid_from,valid_to,kommune,region,stat,source\n"
HANDIC = "code,service,valid_from,valid_to,status,source\n"
CODES = "code,service,label_da,label_en,is_transfer,status_group,valid_from,valid_to,status,source\n"


def put(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def refused(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(folder)
    return [str(fault) for fault in caught.value.faults]


def test_the_shipped_catalogue_is_whole() -> None:
    catalogue = read_catalogue()
    assert catalogue.warnings == ()
    for name, file in FILES.items():
        frame: pl.DataFrame = getattr(catalogue, name)
        assert frame.height > 0, name
        assert frame.schema == {column: spec.dtype for column, spec in file.columns.items()}
    assert [catalogue.limit(name) for name in ("stay_gap_hours", "admission_hours")] == [4, 12]


def test_every_shipped_file_is_described() -> None:
    assert {path.stem for path in SHIPPED.glob("*.csv")} == set(FILES)
    assert set(FILES) | {"all_services", "warnings"} == set(Catalogue.__dataclass_fields__)


def test_a_register_amount_costs_a_krone_of_its_year() -> None:
    priced = read_catalogue().measured_in(["dream", "sssy"])
    assert set(priced.services["register"]) == {"dream", "sssy"}
    amounts = priced.unit_prices.filter(service="almen_laege_honorar")
    years = priced.price_index.filter(index="forbrugerpriser")["year"].to_list()
    assert amounts["year"].to_list() == years
    assert set(amounts["price"]) == {1.0}
    assert "almen_laege" not in priced.unit_prices["service"]


def test_a_service_without_an_area_is_in_no_cost_table() -> None:
    catalogue = read_catalogue()
    assert "alkoholbehandling" in catalogue.all_services["service"]
    assert "alkoholbehandling" not in catalogue.services["service"]


def test_the_folder_is_laid_over_file_by_file(tmp_path: Path) -> None:
    put(tmp_path, "unit_prices.csv", PRICES + "su,2020,100.5,sourced,a test\n")
    put(tmp_path, "notes.txt", "not read")
    catalogue = read_catalogue(tmp_path)
    assert catalogue.unit_prices.rows() == [("su", 2020, 100.5, "sourced", "a test")]
    assert catalogue.services.equals(read_catalogue().services)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_as_danish_excel_saves_it(tmp_path: Path, encoding: str) -> None:
    text = "Service;YEAR;Price ;Status;source;note\r\nsu;2020;100,5;sourced;Rådet, 2020;x\r\n;;;;;\r\n"
    put(tmp_path, "unit_prices.csv", text, encoding)
    assert read_catalogue(tmp_path).unit_prices.rows() == [("su", 2020, 100.5, "sourced", "Rådet, 2020")]


def test_codes_keep_their_zeros_and_blank_is_null(tmp_path: Path) -> None:
    put(tmp_path, "dream_codes.csv", CODES + "7,,A,A,TRUE,,2018-03-01,,sourced,\n")
    (row,) = read_catalogue(tmp_path).dream_codes.rows(named=True)
    assert row["code"] == "007"
    assert row["service"] is None
    assert row["is_transfer"] is True
    assert (row["valid_from"], row["valid_to"]) == (dt.date(2018, 3, 1), None)


def test_limits_laid_over(tmp_path: Path) -> None:
    put(tmp_path, "limits.csv", LIMITS + "stay_gap_hours,2.5,hours,a test\nadmission_hours,24,hours,a test\n")
    catalogue = read_catalogue(tmp_path)
    assert (catalogue.limit("admission_hours"), catalogue.limit("stay_gap_hours")) == (24, 2.5)


def test_a_limit_that_moved_to_the_profiles_is_not_ignored(tmp_path: Path) -> None:
    """A data owner's stricter least count, in a file of an earlier version, would silently be the profile's."""
    gap, length, moved = refused(put(tmp_path, "limits.csv", LIMITS + "min_count,10,citizens,a test\n"))
    assert "'stay_gap_hours' is missing" in gap
    assert "'admission_hours' is missing" in length
    assert "'min_count' has no effect" in moved
    assert "disclosure_profiles.csv" in moved


def test_profiles_that_cannot_be_are_told_at_once(tmp_path: Path) -> None:
    header = ",".join(FILES["disclosure_profiles"].columns)
    rows = "a,0,true,2,1.5,-0.1,0,0,0,x,x,a test\nb,2.9,true,-1,0,1.01,1,-1,-1,x,x,a test\n"
    told = "\n".join(refused(put(tmp_path, "disclosure_profiles.csv", f"{header}\n{rows}")))
    assert "`min_count` is not a whole number in 1 row: 3 ('2.9')" in told
    for column, value in (
        ("min_count", "0"),
        ("dominance_citizens", "-1"),
        ("dominance_share", "1.5"),
        ("bracket_share", "-0.1"),
        ("round_counts", "0"),
        ("round_kr", "-1"),
        ("round_quantity", "-1"),
    ):
        assert re.search(rf"`{column}` is not allowed in .*\('{value}(\.0)?'\)", told), column
    assert "2 rows: 2 ('-0.1'), 3 ('1.01')" in told
    assert "write a number, 0 or more, 1 or less" in told


def test_the_ends_of_what_a_profile_may_ask(tmp_path: Path) -> None:
    header = ",".join(FILES["disclosure_profiles"].columns)
    put(tmp_path, "disclosure_profiles.csv", f"{header}\nown,1,false,0,1,0,1,0,0,x,x,a test\n")
    profile = read_catalogue(tmp_path).profile("own")
    assert (profile.min_count, profile.dominance_share, profile.bracket_share, profile.round_counts) == (1, 1, 0, 1)


def bands(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    """A folder with checks of suite, asset, lower and upper."""
    text = ["suite,asset,check,measure,lower,upper,severity,least,title_da,title_en,why_da,why_en,mend_da,mend_en"]
    text += [
        f"{suite},{asset},c{n},m,{low},{high},warn,1,a,b,c,d,e,f" for n, (suite, asset, low, high) in enumerate(rows)
    ]
    return put(folder, "quality_checks.csv", "\n".join(text))


def test_bands_that_nothing_can_keep_or_break(tmp_path: Path) -> None:
    rows = [("0.2", "0.1"), ("", ""), ("0.1", "0.1"), ("", "0"), ("-1", "")]
    backwards, without_ends = refused(bands(tmp_path, *(("bef", "registers/bef", *band) for band in rows)))
    assert "`lower` is above `upper` in registers/bef c0\n" in backwards
    assert "both empty in registers/bef c1\n" in without_ends


def test_a_check_of_another_register_is_warned_of(tmp_path: Path) -> None:
    fitting = [
        ("bef", "registers/bef"),
        ("entry", "registers/handic"),
        ("dream", "registers/dream_employment"),
        ("handic", "quality/handic_coverage"),
        ("study", "cost_table"),
    ]
    strange = [("bef", "registers/dream"), ("entry", "registers/xyz"), ("entry", "participants")]
    folder = bands(tmp_path, *((*pair, "", "1") for pair in [*fitting, *strange]))
    warnings = [warning for warning in read_catalogue(folder).warnings if "quality_checks" in warning]
    assert len(warnings) == len(strange)
    for (suite, asset), warning in zip(strange, warnings, strict=True):
        assert f"suite '{suite}' is not one of '{asset}'" in warning


@pytest.mark.parametrize(
    ("register", "spell", "measure"),
    [
        ("lpr_a_kontakt", "somatik_ambulan", "count"),
        ("lpr_a_kontakt", "somatik_ambulant", "bed_days"),
        ("dream", "su", "count"),
        ("dream", "ordinaer_beskaeftigelse", "weeks"),
        ("handic", "su", "days"),
        ("herb_forsorg_mv_f", "behandling", "days"),
        ("sssy", "almen_laege", "amount"),
        ("sssy", "almen_laege_honorar", "quantity"),
        ("smdb_vbgf", "alkoholbehandling", "days"),
        ("bfl", "loen", "quantity"),
        ("krin", "sigtelse", "count"),
        ("siu_individ_udgifter_total", "behandling", "amount"),
    ],
)
def test_a_service_that_nothing_can_measure_is_warned_of(
    tmp_path: Path, register: str, spell: str, measure: str
) -> None:
    header = "service,area,register,spell,measure,unit,index,label_da,label_en\n"
    put(tmp_path, "services.csv", f"{header}x,sundhed,{register},{spell},{measure},week,,X,X\n")
    assert [
        warning for warning in read_catalogue(tmp_path).warnings if "measures" in warning and f"'{spell}'" in warning
    ]


@pytest.mark.parametrize(
    ("register", "spell", "measure"),
    [
        ("herb_forsorg_mv_f", "forsorgshjem", "days"),
        ("smdb_vbgf", "stofbehandling", "count"),
        ("nab", "alkoholbehandling", "days"),
        ("sssy", "almen_laege_70_90", "quantity"),
        ("sssy", "almen_laege_honorar", "amount"),
        ("drg_kontakter", "psykiatri_drg", "amount"),
        ("bfl", "loentimer", "quantity"),
        ("krsi", "sigtelse", "count"),
        ("kraf", "afgoerelse", "count"),
        ("krin", "indsaettelse", "days"),
        ("siu_individ_udgifter_total", "kontaktperson_udgift", "amount"),
    ],
)
def test_a_service_of_a_further_register_can_be_measured(
    tmp_path: Path, register: str, spell: str, measure: str
) -> None:
    header = "service,area,register,spell,measure,unit,index,label_da,label_en\n"
    put(tmp_path, "services.csv", f"{header}x,sundhed,{register},{spell},{measure},day,,X,X\n")
    assert not [told for told in read_catalogue(tmp_path).warnings if "measures" in told]


def test_the_codes_that_a_service_rests_on() -> None:
    rows = code_rows(read_catalogue())
    codes = {service: own["code"].to_list() for (service,), own in rows.group_by("service", maintain_order=True)}
    assert codes["forsorgshjem"] == ["101"]
    assert codes["almen_laege"] == codes["almen_laege_honorar"] == ["70", "80"]
    assert codes["almen_laege_70_90"] == [str(spec2) for spec2 in range(70, 91)]
    assert "stofbehandling" not in codes


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("unit_prices.csv", "service,year,price\nsu,2020,1\n", ["status, source"]),
        ("unit_prices.csv", PRICES + "su,2020,1,sourced,a\nsu,twenty,1,sourced,a\n", ["`year`", "1 row: 3 ('twenty')"]),
        ("unit_prices.csv", PRICES + "su,2020.0,1,sourced,a\n", ["`year`", "row: 2"]),
        ("unit_prices.csv", PRICES + 'su,2020,"1,5",sourced,a\n', ["`price`", "row: 2 ('1,5')"]),
        ("unit_prices.csv", PRICES + "su,2020,nan,sourced,a\n", ["`price`"]),
        ("unit_prices.csv", PRICES + "su,2020,inf,sourced,a\n", ["`price` is not a number"]),
        ("unit_prices.csv", PRICES + "su,2020,-1,sourced,a\n", ["`price`", "0 or more"]),
        ("unit_prices.csv", PRICES + "su,2020,1,guessed,a\n", ["`status`", "'guessed'", "sourced, illustrative"]),
        ("unit_prices.csv", PRICES + "su,2020,1,sourced,\n", ["`source`", "empty", "row: 2"]),
        ("unit_prices.csv", PRICES + "su,2020,1,sourced,a\nsu,2020,2,sourced,a\n", ["service, year", "row: 3"]),
        ("unit_prices.csv", PRICES + "su,2020,1,sourced,Agency, 2020\n", ["more fields", "row: 2"]),
        ("unit_prices.csv", PRICES.replace("year", "year,Year") + "su,1,1,1,sourced,a\n", ["more than once: year"]),
        ("unit_prices.csv", "", ["empty"]),
        ("unit_prices.csv", "PK\0", ["not text"]),
        ("price_index.csv", "index,year,value,source\ncpi,2020,1,a\ncpi,2020,1,a\n", ["index, year", "row: 3"]),
        ("price_index.csv", "index,year,value,source\ncpi,2020,0,a\n", ["`value`", "above 0"]),
        ("payer_rules.csv", RULES + "su,,,0.8,0.1,0.2,a\n", ["add up to 1", "row: 2 ('1.1')"]),
        ("payer_rules.csv", RULES + "su,,,1.5,0,-0.5,a\n", ["`stat`"]),
        ("payer_rules.csv", RULES + "su,2020-01-01,2019-12-31,1,0,0,a\n", ["`valid_to` is before `valid_from`"]),
        ("payer_rules.csv", RULES + "su,01-01-2020,,1,0,0,a\n", ["`valid_from`", "yyyy-mm-dd"]),
        ("payer_rules.csv", RULES + "su,20200101,,1,0,0,a\n", ["`valid_from`", "yyyy-mm-dd"]),
        ("payer_rules.csv", RULES + "su,,2020-01-01,1,0,0,a\nsu,2020-01-01,,1,0,0,a\n", ["valid twice", "row: 3"]),
        ("payer_rules.csv", RULES + "su,2020-01-01,,1,0,0,a\nsu,,,1,0,0,a\n", ["valid twice"]),
        (
            "payer_rules.csv",
            RULES + "su,,2030-12-31,1,0,0,a\nsu,2020-01-01,2020-12-31,1,0,0,a\nsu,2022-01-01,,1,0,0,a\n",
            ["valid twice", "2 rows: 3 ('su'), 4 ('su')"],
        ),
        ("dream_codes.csv", CODES + "7,,A,A,ja,,,,sourced,\n", ["`is_transfer`", "true or false"]),
        ("dream_codes.csv", CODES + "7,,A,A,true,,,,sourced,\n007,,B,B,true,,,,sourced,\n", ["`code`", "('007')"]),
        ("handic_services.csv", HANDIC + "85,,,,sourced,\n", ["`service`", "empty"]),
        ("areas.csv", "area,label_da,label_en\na,A,A\na,B,B\n", ["`area`"]),
        ("limits.csv", LIMITS + "stay_gap_hours,x,hours,a\n", ["`value`", "limits.csv"]),
        ("unit_price.csv", PRICES, ["unit_price.csv is not a file of the catalogue"]),
    ],
)
def test_a_fault_says_what_and_where(tmp_path: Path, name: str, text: str, said: list[str]) -> None:
    (message,) = refused(put(tmp_path, name, text))
    assert str(tmp_path / name) in message
    for words in said:
        assert words in message


def test_services_stand_once_and_have_a_known_measure(tmp_path: Path) -> None:
    shipped = (SHIPPED / "services.csv").read_text(encoding="utf-8")
    first = shipped.splitlines()[1]
    assert "`service` stands there twice" in refused(put(tmp_path, "services.csv", shipped + first + "\n"))[0]
    wrong = shipped.replace(",weeks,", ",fortnights,", 1)
    assert "bed_days" in refused(put(tmp_path, "services.csv", wrong))[0]


def test_rows_that_meet_but_do_not_overlap_are_fine(tmp_path: Path) -> None:
    rules = "su,,2019-12-31,0.8,0,0.2,a\nsu,2020-01-01,2020-01-01,0.1,0.2,0.7,a\nsu,2020-01-02,,0,0,1,a\n"
    assert read_catalogue(put(tmp_path, "payer_rules.csv", RULES + rules)).payer_rules.height == 3


def test_many_wrong_rows_are_counted_and_the_first_named(tmp_path: Path) -> None:
    rows = "".join(f"su,{year}x,1,sourced,a\n" for year in range(2000, 2020))
    (message,) = refused(put(tmp_path, "unit_prices.csv", PRICES + rows))
    assert "20 rows: 2 ('2000x'), 3" in message
    assert "2019x" not in message


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    put(tmp_path, "unit_prices.csv", PRICES + "su,x,y,z,\n")
    put(tmp_path, "payer_rules.csv", RULES + ",,,0.8,0.1,0.2,a\n")
    put(tmp_path, "prices.csv", PRICES)
    messages = refused(tmp_path)
    assert len(messages) == 6
    assert sum("unit_prices.csv, column" in message for message in messages) == 4


def test_a_file_is_read_anew_when_it_is_another_than_before(tmp_path: Path) -> None:
    put(tmp_path, "unit_prices.csv", PRICES + "su,2020,1,sourced,a\n")
    assert read_catalogue(tmp_path) is read_catalogue(tmp_path)
    put(tmp_path, "unit_prices.csv", PRICES + "su,2020,2,sourced,a\n")
    assert read_catalogue(tmp_path).unit_prices["price"].to_list() == [2]
    (tmp_path / "unit_prices.csv").unlink()
    assert read_catalogue(tmp_path).unit_prices.equals(read_catalogue().unit_prices)
    put(tmp_path, "prices.csv", PRICES)
    assert "prices.csv" in refused(tmp_path)[0]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert str(tmp_path / "gone") in refused(tmp_path / "gone")[0]


def test_names_that_another_file_lacks_are_warnings(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "services.csv", tmp_path)
    put(tmp_path, "areas.csv", "area,label_da,label_en\nsundhed,Sundhed,Health\n")
    put(tmp_path, "unit_prices.csv", PRICES + "no_price,2020,1,sourced,a\n")
    put(tmp_path, "payer_rules.csv", RULES + "no_rule,,,1,0,0,a\n")
    put(tmp_path, "dream_codes.csv", CODES + "111,no_dream,A,A,true,,,,sourced,\n112,,B,B,true,,,,sourced,\n")
    put(tmp_path, "handic_services.csv", HANDIC + "85,no_handic,,,sourced,\n107,somatik_sengedag,,,sourced,\n")
    warnings = "\n".join(read_catalogue(tmp_path).warnings)
    for name in ("overfoerselsindkomst", "no_price", "no_rule", "no_dream", "no_handic", "somatik_sengedag"):
        assert f"'{name}'" in warnings
    assert "'sundhed'" not in warnings
    assert "None" not in warnings


def test_a_count_of_months_in_employment_is_its_months(tmp_path: Path) -> None:
    header = "service,area,register,spell,measure,unit,index,label_da,label_en\n"
    row = "arbejde,beskaeftigelse,dream,ordinaer_beskaeftigelse,count,month,,X,X\n"
    visits = "besoeg,sundhed,lpr_a_kontakt,somatik_ambulant,count,visit,,X,X\n"
    put(tmp_path, "services.csv", header + row + visits)
    catalogue = read_catalogue(tmp_path)
    assert dict(catalogue.services.select("service", "measure").rows()) == {"arbejde": "months", "besoeg": "count"}
    assert not [told for told in catalogue.warnings if "nothing gives" in told]


def test_look_backs_that_cannot_be(tmp_path: Path) -> None:
    head = "category,service,first_period,last_period,label_da,label_en\n"
    turned = head + "a,x,-1,-2,A,A\nb,y,-5,-1,B,B\nb,z,-5,-1,B,other\n"
    backwards, names = refused(put(tmp_path, "services_before_start.csv", turned))
    assert "`first_period` is after `last_period` in a" in backwards
    assert "several labels in b" in names
    (outside,) = refused(put(tmp_path, "services_before_start.csv", head + "a,x,-11,-1,A,A\n"))
    assert "`first_period` is not allowed" in outside
    (after,) = refused(put(tmp_path, "services_before_start.csv", head + "a,x,-1,0,A,A\n"))
    assert "`last_period` is not allowed" in after


def test_levels_of_education(tmp_path: Path) -> None:
    head = "hfaudd,level,label_da,label_en,status,source\n"
    put(tmp_path, "disced_levels.csv", head + "15,grundskole,A,A,illustrative,\n")
    assert read_catalogue(tmp_path).disced_levels.row(0)[:2] == ("0015", "grundskole")
    (fault,) = refused(put(tmp_path, "disced_levels.csv", head + "15,folkeskole,A,A,illustrative,\n"))
    assert "allowed: grundskole, ungdomsuddannelse, videregaaende" in fault
