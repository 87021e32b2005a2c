"""What each agent said last, and what it is worth now."""

from datetime import timedelta

from roomreach.measurement import Health, NotMeasured, Reason


def latest_of(world, agent: str):
    found = [entry for entry in world.get("/api/v1/latest")["latest"] if entry["agent"] == agent]
    return found[0] if found else None


def test_a_room_that_answers_is_online_and_its_measurements_are_whole(hostel) -> None:
    latest = latest_of(hostel, "a-bcdfghjkm9")
    assert (latest["room"], latest["site"]) == ("r-bcdfghjkm9", "s-bcdfghjkmn")
    assert (latest["taken"], latest["received"]) == ("2026-11-22T14:04:48Z", "2026-11-22T14:04:48.310000Z")
    assert (latest["age_s"], latest["interval_s"], latest["heard"]) == (12.0, 60.0, True)
    assert (latest["online"], latest["why"], latest["reported"]) == (
        "yes",
        "everything asked answered",
        "yes",
    )
    assert latest["offline_since"] is None
    kinds = [measurement["kind"] for measurement in latest["measurements"]]
    assert kinds == ["link", "gateway", "latency", "not_measured", "names", "health"]
    link, _, hub, anchor, *_ = latest["measurements"]
    assert (link["outcome"], link["signal_dbm"], link["tx_failed"], link["reason"]) == ("ok", -61, None, None)
    assert (hub["target"], hub["method"], hub["median_ms"]) == ("hub", "icmp", 11.0)
    assert anchor == {
        "kind": "not_measured",
        "outcome": "not_measured",
        "reason": "not_permitted",
        "of": "latency",
        "target": "anchor_1",
        "detail": "ping is not allowed here",
    }


def test_a_room_offline_says_what_failed_and_since_which_report(hostel) -> None:
    latest = latest_of(hostel, "a-bcdfghjk10")
    assert latest["online"] == "no"
    assert latest["why"] == "nothing outside the building answers and names cannot be looked up"
    assert latest["offline_since"] == "2026-11-22T13:34:00Z"
    outcomes = [(m["kind"], m["outcome"], m["reason"]) for m in latest["measurements"]]
    assert outcomes == [
        ("gateway", "ok", None),
        ("latency", "failed", "no_answer"),
        ("names", "failed", "no_answer"),
    ]


def test_a_silent_agent_is_not_known_to_be_online_whatever_it_said_last(hostel) -> None:
    hostel.now += timedelta(minutes=12)
    latest = latest_of(hostel, "a-bcdfghjkm9")
    assert (latest["heard"], latest["online"], latest["why"]) == (
        False,
        "unknown",
        "nothing heard for 12 minutes",
    )
    assert latest["reported"] == "yes"


def test_an_agent_is_heard_for_two_of_its_intervals(hostel) -> None:
    hostel.now += timedelta(seconds=120 - 12)
    assert latest_of(hostel, "a-bcdfghjkm9")["heard"] is True
    hostel.now += timedelta(milliseconds=1)
    assert latest_of(hostel, "a-bcdfghjkm9")["heard"] is False


def test_an_agent_that_could_not_ask_leaves_its_room_not_known(hostel) -> None:
    hostel.now += timedelta(minutes=1)
    unasked = (NotMeasured(of="gateway", reason=Reason.PROBE_CRASHED), Health(cpu_percent=3.0))
    hostel.hears("a-bcdfghjkm9", timedelta(), unasked)
    latest = latest_of(hostel, "a-bcdfghjkm9")
    assert (latest["heard"], latest["online"], latest["why"]) == (True, "unknown", "the agent could not ask")


def test_an_agent_nobody_placed_is_told_without_a_room(world) -> None:
    world.hears("a-stranger22")
    latest = latest_of(world, "a-stranger22")
    assert (latest["room"], latest["site"], latest["online"]) == (None, None, "yes")


def test_what_an_agent_measured_before_it_moved_is_told_of_the_old_room(hostel) -> None:
    hostel.agent("a-bcdfghjkm9", "r-bcdfghjk11", since=hostel.now - timedelta(seconds=5))
    assert hostel.get("/api/v1/agents/a-bcdfghjkm9")["room"] == "r-bcdfghjk11"
    assert latest_of(hostel, "a-bcdfghjkm9")["room"] == "r-bcdfghjkm9"


def test_a_report_in_a_newer_writing_is_not_known_rather_than_an_error(hostel) -> None:
    hostel.now += timedelta(minutes=1)
    hostel.hears("a-bcdfghjkm9", timedelta(), payload=b'{"v":2,"all":"different"}')
    latest = latest_of(hostel, "a-bcdfghjkm9")
    assert (latest["online"], latest["measurements"]) == ("unknown", [])
    assert latest["why"].startswith("this version of roomreach cannot read")
