"""How is a run kept in few bytes, and lengthened without unpacking it?

A batch reads and writes hundreds of runs. Packed they are: since when it was no before (-1: it was not),
the moments in their order as 64-bit numbers, then each answer's first letter.
"""

import struct
from operator import itemgetter

from roomreach.answers import REMEMBERED, Answer, Run

_NUMBER = 8
_NOT_NO = -1
_ANSWERS = {str(answer)[0]: answer for answer in Answer}
_LETTER = {answer: letter.encode() for letter, answer in _ANSWERS.items()}
_number = struct.Struct("<q")


def pack(run: Run) -> bytes:
    """Pack a run of at least one report."""
    taken, answer = zip(*run.entries, strict=True)
    before = _NOT_NO if run.before_ms is None else run.before_ms
    return struct.pack(f"<q{len(taken)}q", before, *taken) + "".join(map(itemgetter(0), answer)).encode()


def unpack(packed: bytes) -> Run:
    """Give the run that was packed."""
    number = _length(packed)
    before, *taken = struct.unpack_from(f"<q{number}q", packed)
    letters = packed[_NUMBER * (number + 1) :].decode()
    entries = zip(taken, map(_ANSWERS.__getitem__, letters), strict=True)
    return Run(tuple(entries), None if before < 0 else before)


def lengthened(packed: bytes | None, taken_ms: int, answer: Answer) -> bytes:
    """Add one report, exactly as ``Run.with_report`` does; None is the run of an agent never heard before."""
    if packed is None:
        return pack(Run().with_report(taken_ms, answer))
    number = _length(packed)
    letters = _NUMBER * (number + 1)
    if taken_ms <= _number.unpack_from(packed, letters - _NUMBER)[0]:
        return pack(unpack(packed).with_report(taken_ms, answer))
    # Newer than all, as almost every report is: it goes to the end, and the oldest may have to leave.
    first, before = 0, packed[:_NUMBER]
    if number == REMEMBERED:
        first, before = 1, _before(packed, letters)
    return b"".join(
        (
            before,
            packed[_NUMBER * (1 + first) : letters],
            _number.pack(taken_ms),
            packed[letters + first :],
            _LETTER[answer],
        )
    )


def _before(packed: bytes, letters: int) -> bytes:
    since, oldest_ms = struct.unpack_from("<2q", packed)
    oldest = Run(((oldest_ms, _ANSWERS[chr(packed[letters])]),), None if since < 0 else since)
    since = oldest.no_since_ms
    return _number.pack(_NOT_NO if since is None else since)


def _length(packed: bytes) -> int:
    return (len(packed) - _NUMBER) // (_NUMBER + 1)
