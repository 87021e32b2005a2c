"""How do reports travel from the process that makes them to the one that stores them? Over a pipe."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_HEAD = struct.Struct(">qHI")


@dataclass(frozen=True, slots=True)
class Frame:
    """A report as it was published, to which topic, and when it was taken (UTC ms); no bytes end a day."""

    taken_ms: int
    topic: str
    payload: bytes


DAY_DONE = Frame(0, "", b"")


def put(pipe: IO[bytes], frame: Frame) -> None:
    """Write one frame."""
    topic = frame.topic.encode()
    pipe.write(_HEAD.pack(frame.taken_ms, len(topic), len(frame.payload)))
    pipe.write(topic)
    pipe.write(frame.payload)


def frames(pipe: IO[bytes]) -> Iterator[Frame]:
    """Read frames until the other end is closed; half a frame at the end is none."""
    while len(head := pipe.read(_HEAD.size)) == _HEAD.size:
        taken_ms, of_topic, of_payload = _HEAD.unpack(head)
        rest = pipe.read(of_topic + of_payload)
        if len(rest) < of_topic + of_payload:
            return
        yield Frame(taken_ms, rest[:of_topic].decode(), rest[of_topic:])
