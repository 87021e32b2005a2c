"""The doctor's questions to a hub that runs: does every part of it answer?"""

from roomreach.errors import NotFound
from roomreach_hub import asking, ports
from roomreach_hub.doctor import hearing
from roomreach_hub.doctor.finding import Finding, Situation
from roomreach_hub.folder import Address


def hub(situation: Situation) -> Finding:
    """Look for a hub that runs here and answers."""
    address = _address(situation)
    if address is None:
        return Finding("no hub runs in this folder", f"Start it: roomreach up {situation.folder.path}")
    if not asking.answers(address.page_port, "/healthz"):
        return Finding(
            f"the hub, process {address.pid}, does not answer at {address.page}", _again(situation, address)
        )
    return Finding(f"the hub answers at {address.page}")


def stores(situation: Situation) -> Finding:
    """Ask the hub whether it can use its stores."""
    address = _address(situation)
    if address is None or not asking.answers(address.page_port, "/readyz"):
        where = f"{address.page}/readyz" if address else "its log"
        return Finding("the hub says that its stores are not ready", f"Read why at {where}, and mend that.")
    return Finding("measurements can be stored")


def broker(situation: Situation) -> Finding:
    """Connect to the broker."""
    address = _address(situation)
    if address is None or not ports.answers(address.broker_port):
        return Finding(
            "the broker does not run",
            f"Read {situation.folder.broker / 'broker.log'}; the hub keeps trying to start it.",
        )
    if not asking.greets(address.broker_port):
        return Finding(
            f"what answers on port {address.broker_port}, to which the agents report, is not our broker",
            find(address.broker_port),
        )
    return Finding(f"the broker takes connections on port {address.broker_port}")


def collector(situation: Situation) -> Finding:
    """Ask the hub whether its collector hears anything: while it does not, no silence is an agent's."""
    address = _address(situation)
    told = asking.fetch(address.page_port, "/metrics") if address else None
    if address is None or told is None:
        return Finding(
            "the hub does not say how its collector is",
            f"Start the hub again: roomreach up {situation.folder.path}",
        )
    fault = hearing.fault(told)
    if fault is not None:
        return Finding(f"the collector is silent, not the agents: {fault}", _again(situation, address))
    return Finding("the collector listens or is about to, and answers what it hears")


def find(port: int) -> str:
    """Say how to find who has a port."""
    return f"Find that program, and stop it: ss -ltnp sport = {port}"


def _again(situation: Situation, address: Address) -> str:
    return f"Stop it and start it again: kill {address.pid}; roomreach up {situation.folder.path}"


def _address(situation: Situation) -> Address | None:
    try:
        return situation.folder.address()
    except NotFound:
        return None
