"""How do reports travel from the process that makes them to the one that stores them? Over a pipe."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_HEAD = struct.Struct(">qI")


@dataclass(frozen=True, slots=True)
class Frame:
    """A report as it was published, and when it was taken (UTC ms); no bytes at all end a day."""

    taken_ms: int
    payload: bytes


DAY_DONE = Frame(0, b"")


def put(pipe: IO[bytes], frame: Frame) -> None:
    """Write one frame."""
    pipe.write(_HEAD.pack(frame.taken_ms, len(frame.payload)))
    pipe.write(frame.payload)


def frames(pipe: IO[bytes]) -> Iterator[Frame]:
    """Read frames until the other end is closed; half a frame at the end is none."""
    while len(head := pipe.read(_HEAD.size)) == _HEAD.size:
        taken_ms, length = _HEAD.unpack(head)
        payload = pipe.read(length)
        if len(payload) < length:
            return
        yield Frame(taken_ms, payload)
