"""What does the server want of an agent? When to test how much the line carries, and at what cost."""

from dataclasses import dataclass

from roomreach.measurement.throughput import End


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time that an agent has for itself at its site: no other agent there tests meanwhile.

    The test begins at ``start_ms``, or later up to ``latest_ms`` (UTC ms) while the line is busy, or not at
    all. Of the site's line it takes at most ``most_bytes`` as the kernel counts them; a test towards the
    reference agent takes none of it. An agent passes over a target that its settings do not name.
    """

    start_ms: int
    latest_ms: int
    most_bytes: int
    targets: tuple[End, ...] = ("server",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one agent's tests may cost its site's line from one moment up to another, ``until_ms`` (UTC ms).

    Every test counts: those of its slots, those of engines that cannot be held to a slot's bytes, and those a
    person asks for. The shares of a site's agents add up to no more than the site may spend.
    """

    from_ms: int
    until_ms: int
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What the server wants as of ``issued_ms``. A higher ``version`` replaces a lower one, not the reverse.

    ``tests`` are the agent's slots, earliest first; those that are over may be among them. ``shares`` are its
    parts of each day's bytes; where there are none at all, nobody shares anything out. ``may_publish`` says
    that somebody outside roomreach may learn of a test: never where the site is confidential, or not known.
    """

    version: int
    issued_ms: int
    tests: tuple[Slot, ...] = ()
    shares: tuple[Share, ...] = ()
    may_publish: bool = False

    def share_at(self, at_ms: int) -> Share | None:
        """Give the share that holds at a moment, the smallest where there are several; None without one."""
        held = (share for share in self.shares if share.from_ms <= at_ms < share.until_ms)
        return min(held, key=lambda share: share.most_bytes, default=None)
