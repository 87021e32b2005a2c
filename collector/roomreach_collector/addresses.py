"""Where may this program listen? On loopback, unless an operator says that nobody else can reach us."""

from ipaddress import ip_address

from roomreach.errors import Misconfigured

_HIGHEST_PORT = 65_535
_EXAMPLE = "127.0.0.1:8801"


def listening_address(text: str, *, internal: bool) -> tuple[str, int]:
    """Read an address and a port; raise ``Misconfigured`` when we may not listen there."""
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdecimal() and int(port[:6]) <= _HIGHEST_PORT):
        raise Misconfigured(f"say an address and a port, such as {_EXAMPLE}.")
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise Misconfigured(f"say an address in numbers and a port, such as {_EXAMPLE}.") from None
    if not (address.is_loopback or internal):
        raise Misconfigured(
            "this server listens on loopback only, because there are no accounts yet. Use 127.0.0.1, "
            "localhost or [::1]. In a network that nobody else can reach, such as that of containers, "
            "ROOMREACH_INTERNAL_NETWORK=yes allows any address of this machine."
        )
    return str(address), int(port)
