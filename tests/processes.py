"""What processes and listening sockets are there? Read from /proc, as the kernel tells it."""

import socket
import struct
from pathlib import Path

_LISTENING = "0A"


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and theirs, elder first; those already ended are left out."""
    found = []
    for task in _read(f"/proc/{pid}/task/*/children"):
        for child in map(int, task.split()):
            if not ended(child):
                found.append(child)
            found += descendants(child)
    return sorted(set(found), key=found.index)


def listeners(pid: int) -> list[tuple[str, int]]:
    """The addresses and ports on which a process takes TCP connections."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            sockets.add(str(descriptor.readlink()))
        except OSError:  # it was closed meanwhile
            continue
    return [address for inode, address in _all_listening() if f"socket:[{inode}]" in sockets]


def _all_listening() -> list[tuple[str, tuple[str, int]]]:
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == _LISTENING:
                address, port = words[1].split(":")
                found.append((words[9], (_address(address), int(port, 16))))
    return found


def _address(text: str) -> str:
    # The kernel prints each 32-bit word of an address in the machine's byte order.
    packed = b"".join(struct.pack("=I", int(text[i : i + 8], 16)) for i in range(0, len(text), 8))
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def ended(pid: int) -> bool:
    """Whether a process is no more."""
    # A process nobody has waited for yet is a name without a process.
    state = _read(f"/proc/{pid}/stat")
    return not state or state[0].rpartition(")")[2].split()[0] == "Z"


def _read(pattern: str) -> list[str]:
    texts = []
    for path in Path("/").glob(pattern.lstrip("/")):
        try:
            texts.append(path.read_text())
        except OSError:  # it ended meanwhile
            continue
    return texts
