"""The way to the anchors that the settings name, timed on this machine's loopback."""

import socket

from roomreach.measurement import Latency, NotMeasured, Reason
from roomreach_agent import rounds
from roomreach_agent.echo import Echo
from roomreach_agent.hosts import Address, Host
from roomreach_agent.probes.latency import LatencyProbe, anchors_of
from servers import free_port

QUICK = Echo(count=2, gap_s=0.01, icmp_patience_s=0.2, tcp_patience_s=0.2)


def test_without_an_anchor_nobody_is_asked_and_that_is_said_of_the_hub():
    assert rounds.take([LatencyProbe(anchors={})]) == (
        NotMeasured(
            of="latency", target="hub", reason=Reason.NOT_CONFIGURED, detail="the settings name no anchor"
        ),
    )


def test_every_anchor_gets_its_own_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        anchors = anchors_of({"hub": f"127.0.0.1:{server.getsockname()[1]}", "anchor_2": "localhost"})
        found = rounds.take([LatencyProbe(anchors=anchors, echo=QUICK)])
    assert [(m.target, m.reason, m.received) for m in found] == [("hub", None, 2), ("anchor_2", None, 2)]
    assert all(isinstance(m, Latency) for m in found)


def test_a_name_nobody_knows_is_no_evidence_about_the_line_and_stops_no_other_anchor():
    anchors = {"hub": Host("nobody.invalid"), "anchor_1": Host("127.0.0.1", free_port())}
    hub, other = rounds.take([LatencyProbe(anchors=anchors, echo=QUICK)])
    assert isinstance(hub, NotMeasured)
    assert (hub.target, hub.reason) == ("hub", Reason.NO_RESOLVER)
    assert "invalid" not in hub.detail
    assert (other.target, other.reason) == ("anchor_1", None)


def test_an_anchor_is_still_asked_when_names_fail_at_the_address_it_last_had():
    last = Address(socket.AF_INET, ("127.0.0.1", 0))
    probe = LatencyProbe(
        anchors={"hub": Host("nobody.invalid", free_port())}, echo=QUICK, known={"hub": last}
    )
    (found,) = rounds.take([probe])
    assert (found.target, found.reason, found.received) == ("hub", None, 2)
