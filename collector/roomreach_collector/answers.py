"""What has each report been answered, so that no two answers ever contradict each other?

Of each outbox the digests of the last 256 keys stored are remembered, and of all outboxes together the last
refusals. The same bytes hear the same again; other bytes for the same key are a conflict. All of it is in
memory only: beyond it, and after a new start, a repeat is written again, which changes nothing.
"""

from array import array
from collections import OrderedDict
from enum import Enum, auto

from roomreach.identifiers import AgentId, OutboxId
from roomreach.receipt import Refusing
from roomreach.report import Key

WINDOW = 256
"""How many keys of each outbox are remembered."""
OUTBOXES = 4_096
"""How many outboxes are: 4 KB each. The one not heard for longest is forgotten first."""
REFUSALS = 16_384
"""How many refusals are."""


class Known(Enum):
    """What is known of these very bytes under this very key, when they are not refused."""

    NOTHING = auto()
    PENDING = auto()
    """They are being stored: their answer is on its way."""
    STORED = auto()


class Answers:
    """The memory of one collector, for the one thread that answers."""

    def __init__(self, *, outboxes: int = OUTBOXES, refusals: int = REFUSALS) -> None:
        self._most_outboxes = outboxes
        self._most_refusals = refusals
        self._windows: OrderedDict[tuple[AgentId, OutboxId], _Window] = OrderedDict()
        self._refused: OrderedDict[tuple[Key, str], Refusing] = OrderedDict()
        self._pending: dict[Key, str] = {}

    def recall(self, key: Key, digest: str) -> Known | Refusing:
        """Say what these bytes were answered before."""
        refusing = self._refused.get((key, digest))
        if refusing is not None:
            return refusing
        if self._pending.get(key) == digest:
            return Known.PENDING
        window = self._windows.get(key[:2])
        if window is not None and window.digest_of(key.sequence) == int(digest, 16):
            return Known.STORED
        return Known.NOTHING

    def claim(self, key: Key, digest: str) -> bool:
        """Take a key for bytes of which nothing is known; False when other bytes have it.

        A claim ends with ``stored``, ``refused`` or ``release``.
        """
        if key in self._pending:
            return False
        window = self._windows.get(key[:2])
        if window is not None and window.digest_of(key.sequence) is not None:
            return False
        self._pending[key] = digest
        return True

    def stored(self, key: Key) -> None:
        """Remember that the bytes which claimed this key are stored."""
        digest = int(self._pending.pop(key), 16)
        outbox = key[:2]
        window = self._windows.get(outbox)
        if window is None:
            window = self._windows[outbox] = _Window()
            if len(self._windows) > self._most_outboxes:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(outbox)
        window.remember(key.sequence, digest)

    def refused(self, key: Key, refusing: Refusing) -> None:
        """Remember a refusal, and free the key if these bytes had claimed it."""
        if self._pending.get(key) == refusing.digest:
            del self._pending[key]
        self._refused[key, refusing.digest] = refusing
        if len(self._refused) > self._most_refusals:
            self._refused.popitem(last=False)

    def release(self, key: Key) -> None:
        """Free a key whose bytes will be neither stored nor refused now: they are asked about again."""
        self._pending.pop(key, None)

    def release_all(self) -> None:
        """Free every key that is claimed."""
        self._pending.clear()


class _Window:
    """The digests of an outbox's last keys, each in the place its sequence gives it."""

    __slots__ = ("_digests", "_sequences")

    def __init__(self) -> None:
        self._sequences = array("Q", bytes(8 * WINDOW))
        self._digests = array("Q", bytes(8 * WINDOW))

    def digest_of(self, sequence: int) -> int | None:
        place = sequence % WINDOW
        return self._digests[place] if self._sequences[place] == sequence else None

    def remember(self, sequence: int, digest: int) -> None:
        place = sequence % WINDOW
        if sequence >= self._sequences[place]:
            self._sequences[place] = sequence
            self._digests[place] = digest
