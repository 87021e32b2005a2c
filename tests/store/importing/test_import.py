"""What goes in from a file, what is refused and why, and that both say the same however often it is asked."""

import csv
import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomreach.errors import Malformed
from roomreach.identifiers import PATTERN
from roomreach.places import Register
from roomreach.spreadsheets import guarded, unguarded
from roomreach_store.importing import MOST_BYTES, ImportReport, export, plan, read_table
from roomreach_store.importing.columns import COLUMNS
from roomreach_store.importing.planning import Plan
from site_files import ROW, a_file, with_forty_faults

_NUMBERS = itertools.count()


def minted(letter: str) -> str:
    return f"{letter}-minted{next(_NUMBERS)}"


def planned(content: bytes, register: Register | None = None) -> Plan:
    return plan(read_table(content), register or Register(), minted)


def after(made: Plan, register: Register | None = None) -> Register:
    """The register once a plan was written."""
    before = register or Register()
    return Register(
        providers=[*before.providers.values(), *made.providers],
        sites=[*before.sites.values(), *made.sites],
        buildings=[*before.buildings.values(), *made.buildings],
        rooms=[*before.rooms.values(), *made.rooms],
    )


def told(report: ImportReport) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in report.faults]


def everything(_site) -> bool:
    return True


def test_rows_become_a_site_its_buildings_and_its_rooms() -> None:
    made = planned(a_file(ROW, ROW | {"room": "2", "floor": "-1", "homes": "2"}, ROW | {"building": "B"}))
    assert made.report.faults == ()
    register = after(made)
    (site,) = register.sites.values()
    assert (site.name, site.host, site.category, site.confidential) == (
        "Stratford Lodge", "E09000025", "hostel", False,
    )  # fmt: skip
    assert [(room.label, room.floor, room.homes) for room in register.rooms.values()] == [
        ("1", None, 1), ("2", -1, 2), ("1", None, 1),
    ]  # fmt: skip
    assert [building.name for building in register.buildings.values()] == ["Block A", "B"]


def test_of_five_hundred_sites_forty_seeded_faults_are_refused_and_nothing_else() -> None:
    content, seeded = with_forty_faults()
    made = planned(content)
    report = made.report
    assert (report.rows, report.added, report.known, report.refused) == (500, 460, 0, 40)
    assert (report.places.sites, report.places.rooms, report.places.providers) == (460, 460, 20)
    assert {fault.row: fault.column for fault in report.faults} == seeded
    assert all(fault.reason and "Canary" not in fault.reason for fault in report.faults)
    assert planned(content).report == report
    again = planned(content, after(made)).report
    assert (again.added, again.known, again.refused) == (0, 460, 40)
    assert again.faults == report.faults


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({"category": "other"}, [(2, "category"), (3, "category")]),
        ({"safeguarding": "refuge"}, [(2, "safeguarding"), (3, "safeguarding")]),
        ({"safeguarding": ""}, [(2, "safeguarding"), (3, "safeguarding")]),
        ({"withheld": "yes"}, [(2, "withheld"), (3, "withheld")]),
        ({"safeguarding": "refuge?"}, [(2, "safeguarding"), (3, "safeguarding")]),
        ({"withheld": "maybe"}, [(2, "safeguarding"), (3, "withheld")]),
        ({"floor": "ground"}, [(3, "floor")]),
        ({"room": "1"}, [(3, "room")]),
        ({"room": "", "building": "", "floor": "2"}, [(3, "floor")]),
    ],
)
def test_rows_that_contradict_each_other_hold_back_their_site(changed, faults) -> None:
    first = dict.fromkeys(COLUMNS, "") | ROW
    report = planned(a_file(first, first | {"room": "2"} | changed)).report
    assert told(report) == faults


def test_which_row_comes_first_decides_nothing() -> None:
    rows = [ROW, ROW | {"room": "2", "safeguarding": "refuge"}, ROW | {"site": "Other", "room": "3"}]
    for order in itertools.permutations(rows):
        report = planned(a_file(*order)).report
        assert (report.added, report.refused) == (1, 2)


def test_an_import_adds_and_never_changes() -> None:
    register = after(planned(a_file(ROW | {"homes": "3"})))
    known = planned(a_file(ROW | {"site": " stratford  LODGE ", "homes": ""}), register).report
    assert (known.known, known.refused) == (1, 0)
    for changed in ({"homes": "4"}, {"floor": "1"}, {"safeguarding": "refuge"}, {"authority": "Hackney"}):
        row = {"homes": "3"} | ROW | changed
        report = planned(a_file(row), register).report
        assert told(report) == [(2, next(iter(changed)))]
        assert report.places.rooms == 0


def test_a_code_is_kept_and_one_that_stands_for_another_place_is_refused() -> None:
    coded = ROW | {"site_id": "s-given22", "room_id": "r-given22"}
    register = after(planned(a_file(coded)))
    assert set(register.sites) == {"s-given22"}
    assert set(register.rooms) == {"r-given22"}
    for changed, column in (
        ({"site": "Another", "room_id": ""}, "site_id"),
        ({"site_id": "s-other22"}, "site_id"),
        ({"room": "2"}, "room_id"),
        ({"room_id": "r-other22"}, "room_id"),
        ({"provider": "Another"}, "site_id"),
    ):
        assert told(planned(a_file(coded | changed), register).report) == [(2, column)], changed


def test_a_code_given_once_counts_for_every_row_of_the_same_names() -> None:
    made = planned(a_file({"site_id": ""} | ROW, {"site_id": "s-given22"} | ROW | {"room": "2"}))
    assert [site.id for site in made.sites] == ["s-given22"]
    assert len(made.rooms) == 2


def test_two_places_of_one_name_are_told_apart_by_their_codes_alone() -> None:
    both = a_file(*({"site_id": f"s-twin{n}22"} | ROW for n in range(2)))
    register = after(planned(both))
    assert len(register.sites) == 2
    assert planned(both, register).report.known == 2
    assert told(planned(a_file(ROW), register).report) == [(2, "site")]


@pytest.mark.parametrize("coded", [{"building_id": "b-given22"}, {"room_id": "r-given22"}])
def test_a_code_below_one_of_two_sites_of_one_name_says_nothing_of_the_other(coded: dict[str, str]) -> None:
    first, second = (dict.fromkeys(COLUMNS, "") | ROW | {"site_id": f"s-twin{n}22"} for n in range(2))
    for rows in ([first | coded, second], [second, first | coded]):
        made = planned(a_file(*rows))
        assert made.report.faults == ()
        assert (len(made.buildings), len(made.rooms)) == (2, 2)
        ids = {one.id for one in (*made.buildings, *made.rooms)}
        assert set(coded.values()) < ids
        assert len(ids) == 4
    again = planned(a_file(first | coded, first | {"room": "2"}, second))
    assert (again.report.faults, len(again.buildings)) == ((), 2)


@pytest.mark.parametrize(
    "content",
    [
        a_file(ROW).decode().replace(",", ";").encode(),
        a_file(ROW).decode().replace(",", "\t").encode(),
        a_file(ROW).replace(b"\r\n", b"\n"),
        b"\xef\xbb\xbf" + a_file(ROW),
        a_file(ROW).replace(b"provider", b'" Provider "', 1),
        a_file(ROW).replace(b"Stratford Lodge", b'"Stratford Lodge"'),
        a_file(ROW).replace(b"\r\n", b",,\r\n"),
        a_file(ROW) + b"\r\n,,,,,,\r\n",
    ],
)
def test_however_a_spreadsheet_writes_it_a_file_says_the_same(content: bytes) -> None:
    assert planned(content).report == planned(a_file(ROW)).report


CANARY = a_file(ROW | {"site": "Canary"})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "missing: provider, site"),
        (b"Canary,Canary\r\n", "not known by its name: number 1, 2"),
        (CANARY.replace(b"guarding", b"gaurding"), "missing: safeguarding; not known by its name: number 5"),
        (CANARY.replace(b"building", b"site"), "twice: site"),
        (CANARY.replace(b"Canary", b"Canary\xe9"), "line 2 holds other bytes"),
        (CANARY.decode().encode("utf-16"), "UTF-16"),
        (CANARY.replace(b"Canary", b'"Canary'), "quotation mark"),
        (CANARY.replace(b"Canary", b'"Can"ary'), "quotation mark"),
        (CANARY.replace(b"Canary", b"Can\0ary"), "NUL"),
        (b"x" * 50_000_000, f"larger than {MOST_BYTES:,}"),
    ],
)  # fmt: skip
def test_a_file_in_doubt_is_refused_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=r"^The file|^From line|^The columns") as refused:
        planned(content)
    assert sentence in str(refused.value)
    assert "Canary" not in str(refused.value)


def test_a_comma_that_is_not_in_quotes_is_noticed() -> None:
    content = a_file(ROW, ROW | {"room": "2"}).replace(b"Stratford Lodge", b"Stratford, Lodge", 1)
    report = planned(content).report
    assert told(report)[0] == (2, "")
    assert "comma" in report.faults[0].reason


NAMES = st.text(
    st.sampled_from("aB é9=+-@'\";,\n\t"), min_size=1, max_size=6
)  # fmt: skip
CODES = st.from_regex(PATTERN[5:], fullmatch=True)


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows of a few places, most of them in order."""
    sites = draw(st.lists(NAMES, min_size=1, max_size=3))
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        site = draw(st.sampled_from(sites))
        row = dict.fromkeys(COLUMNS, "") | {
            "provider": draw(st.sampled_from(["P", "=Q", "-R"])),
            "site": site,
            "authority": "E09000012",
            "category": "hostel",
            "safeguarding": draw(st.sampled_from(["none", "none", "none", "refuge", "", "x"])),
            "building": draw(st.sampled_from(["", "A", "@B"])),
            "room": draw(NAMES | st.just("")),
            "homes": draw(st.sampled_from(["", "2", "x"])),
        }
        rows.append(row)
    return rows


@given(files())
def test_twice_is_once_and_what_comes_out_goes_in_again(rows: list[dict[str, str]]) -> None:
    content = a_file(*rows, columns=COLUMNS)
    first = planned(content)
    report = first.report
    assert report.added + report.known + report.refused == report.rows
    assert len({fault.row for fault in report.faults}) == report.refused
    register = after(first)
    second = planned(content, register)
    assert (second.report.added, second.report.faults) == (0, report.faults)
    written = export(register, everything)
    copied = planned(written)
    assert copied.report.refused == 0
    assert export(after(copied), everything) == written
    assert planned(written, register).report.added == 0


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200)
def test_whatever_a_file_holds_it_is_a_table_or_is_refused(tail: bytes) -> None:
    for content in (tail, a_file(ROW) + tail):
        try:
            report = planned(content).report
        except Malformed:
            continue
        assert report.added + report.known + report.refused == report.rows


@given(st.text())
def test_the_guard_against_formulas_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_no_exported_cell_is_a_formula_and_a_site_that_is_not_shown_is_not_there() -> None:
    register = after(planned(a_file(ROW | {"site": '=HYPERLINK("x")', "room": "-1", "floor": "-1"})))
    text = export(register, everything).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["site"], row["room"], row["floor"]) == ('\'=HYPERLINK("x")', "'-1", "-1")
    assert export(register, lambda _: False).decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
