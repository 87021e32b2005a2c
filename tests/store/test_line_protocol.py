"""Line protocol is written exactly as InfluxDB documents it."""

from made_points import TEN, point, where
from roomreach.measurement import Method, Outcome
from roomreach_store.series.line_protocol import lines

TAGS = "authority=E09000012,provider=p-tester22,site=s-tester22,room=r-tester22,agent=a-tester22,role=room"


def test_a_point_is_one_line_with_every_type_in_its_own_form() -> None:
    made = point("health", cpu_percent=2.5, clock_synchronised=True, uptime_s=7, outcome=Outcome.OK)
    assert lines([made]) == [
        f'health,{TAGS} outcome="ok",cpu_percent=2.5,clock_synchronised=True,uptime_s=7i {TEN}'
    ]


def test_a_target_is_a_tag() -> None:
    made = point("latency", target="hub", sent=3, median_ms=12.125, method=Method.TCP)
    assert lines([made]) == [
        f'latency,{TAGS},target=hub outcome="ok",method="tcp",sent=3i,median_ms=12.125 {TEN}'
    ]


def test_what_is_not_known_is_left_out_wherever_it_stands() -> None:
    assert lines([point("health", outcome=None, uptime_s=1)]) == [f"health,{TAGS} uptime_s=1i {TEN}"]


def test_a_whole_number_stays_a_float_where_the_column_is_one() -> None:
    assert lines([point("health", outcome=None, cpu_percent=3)]) == [f"health,{TAGS} cpu_percent=3 {TEN}"]


def test_quotes_and_backslashes_are_escaped_and_lines_stay_whole() -> None:
    made = point("report", lacked='a"b\\c\nd', boot="x")
    assert lines([made]) == [f'report,{TAGS} boot="x",lacked="a\\"b\\\\c\nd" {TEN}']


def test_a_tag_cannot_break_out_of_its_place() -> None:
    made = point("health", TEN, where(room="r, x=1"), uptime_s=1, outcome=None)
    assert "room=r\\,\\ x\\=1,agent=" in lines([made])[0]
