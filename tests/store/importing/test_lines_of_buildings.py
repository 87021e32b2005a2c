"""What a building's line is sold as: read from a file, refused when wrong, and out again."""

import itertools

import pytest

from roomreach.places import Line, Register
from roomreach_store.importing import export, plan, read_table
from roomreach_store.importing.planning import Plan

HEAD = "provider,site,authority,category,safeguarding,building,room"
LINE = "line_download_mbps,line_upload_mbps,line_metered"
_NUMBERS = itertools.count()


def planned(*rows: str, register: Register | None = None, columns: str = f"{HEAD},{LINE}") -> Plan:
    content = "\n".join([columns, *(f"Harbour Homes,Lodge,Newham,hostel,none,{row}" for row in rows)])
    return plan(
        read_table(content.encode()),
        register or Register(),
        lambda letter: f"{letter}-minted{next(_NUMBERS)}",
    )


def after(made: Plan) -> Register:
    return Register(providers=made.providers, sites=made.sites, buildings=made.buildings, rooms=made.rooms)


def lines(made: Plan) -> dict[str, Line]:
    return {building.name: building.line for building in made.buildings}


def told(made: Plan) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in made.report.faults]


def test_a_file_without_the_columns_says_nothing_of_any_line() -> None:
    assert lines(planned("A,1", columns=HEAD)) == {"A": Line()}


def test_a_line_is_said_once_for_a_building_in_any_of_its_rows() -> None:
    for order in itertools.permutations(("A,1,,,", "A,2,67.5,,yes", "A,3,,18,", "B,1,900,900,no")):
        made = planned(*order)
        assert told(made) == []
        assert lines(made) == {
            "A": Line(download_mbps=67.5, upload_mbps=18, metered=True),
            "B": Line(download_mbps=900, upload_mbps=900),
        }


@pytest.mark.parametrize("cell", ["fast", "67,5", "0", "-4", "100001", "1e3", "nan", "٣"])
def test_what_is_no_speed_is_refused_and_with_it_every_row_of_the_building(cell: str) -> None:
    made = planned(f'A,1,"{cell}",,', "A,2,,,", "B,1,,,")
    assert told(made) == [(2, "line_download_mbps"), (3, "line_download_mbps")]
    assert cell not in "".join(fault.reason for fault in made.report.faults[1:])
    assert set(lines(made)) == {"B"}


def test_a_meter_is_there_or_it_is_not() -> None:
    assert told(planned("A,1,,,perhaps")) == [(2, "line_metered")]


def test_rows_that_contradict_each_other_are_refused_whatever_their_order() -> None:
    for order in (("A,1,50,,", "A,2,60,,"), ("A,2,60,,", "A,1,50,,")):
        made = planned(*order, "B,1,70,,")
        assert told(made) == [(2, "line_download_mbps"), (3, "line_download_mbps")]
        assert set(lines(made)) == {"B"}


def test_a_line_without_a_building_is_nobody_s() -> None:
    assert told(planned(",,50,,")) == [(2, "line_download_mbps")]


def test_what_the_records_say_otherwise_is_refused_and_silence_is_not_otherwise() -> None:
    register = after(planned("A,1,50,10,yes"))
    assert planned("A,1,50,10,yes", "A,2,,,", register=register).report.faults == ()
    again = planned("A,1,60,10,no", register=register)
    assert told(again) == [(2, "line_download_mbps"), (2, "line_metered")]
    assert again.buildings + again.rooms == []


def test_what_comes_out_goes_in_again_to_the_byte() -> None:
    register = after(planned("A,1,67.5,18,yes", "B,1,0.125,,", "C,1,100000,100000,no"))
    written = export(register, lambda _: True)
    assert b",67.5,18,yes," in written
    copy = plan(read_table(written), Register(), lambda letter: f"{letter}-minted{next(_NUMBERS)}")
    assert copy.report.faults == ()
    assert after(copy).buildings == register.buildings
    assert export(after(copy), lambda _: True) == written
    assert plan(read_table(written), register, lambda _: "x-nothing1").report.added == 0
