"""How well do a room and its access point hear each other?

Path loss: free space over the first metre, then the power law that dwellings show (ITU-R P.1238, 2.4 GHz),
and so much for each brick wall and concrete ceiling between (COST 231, the multi-wall model).
"""

import math
from dataclasses import dataclass, field
from random import Random

_SENT_DBM = 20
"""What an access point may send in this band in the UK (EN 300 328)."""
_EXPONENT = 2.8
_WALL_DB, _CEILING_DB = 6.0, 15.0
_WAVERING_DB = 1.0
"""How much the signal wavers as people walk past: a standard deviation."""

# IEEE 802.11n, one stream of 20 MHz: the least signal (dBm) each rate needs, and the rate (Mbit/s).
_RATES = ((-64, 65.0), (-65, 58.5), (-66, 52.0), (-70, 39.0), (-74, 26.0), (-77, 19.5), (-79, 13.0))
_LOWEST_RATE = 6.5

_LEAST_DBM = -91.0
"""Below this no frame is understood, so nobody can join."""
_COLLIDES = 0.35
"""How often a frame sent on a channel that is always busy is hit by another."""
_PAYLOAD = 0.62
"""How much of the rate is left for TCP by headers, pauses and acknowledgements."""
_MOST_TRIES = 7
"""How often a radio sends one frame before it gives up."""
_TRY_MS = 12.0
"""How long another try takes, at the rate a radio falls back to: 1,500 bytes at 1 Mbit/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """The way through the air from an access point to a room.

    ``signal_dbm`` is how loudly the room hears the access point, on average. ``retried`` is the share of
    frames that must be sent again on a quiet channel: few down to -70 dBm, most of them at -90 dBm.
    """

    distance_m: float
    walls: int = 0
    ceilings: int = 0
    frequency_mhz: int = 2437
    signal_dbm: float = field(init=False)
    retried: float = field(init=False)

    def __post_init__(self) -> None:
        """Work the two out once: they are asked for with every packet."""
        first_metre_db = 20 * math.log10(self.frequency_mhz) - 27.55
        further_db = 10 * _EXPONENT * math.log10(max(self.distance_m, 1))
        between_db = self.walls * _WALL_DB + self.ceilings * _CEILING_DB
        signal_dbm = _SENT_DBM - first_metre_db - further_db - between_db
        object.__setattr__(self, "signal_dbm", signal_dbm)
        object.__setattr__(self, "retried", 0.02 + 0.7 / (1 + math.exp((signal_dbm + 82) / 2.5)))

    @property
    def reaches(self) -> bool:
        """Whether the room hears enough to join at all."""
        return self.signal_dbm > _LEAST_DBM

    def heard_dbm(self, chance: Random) -> int:
        """Give one reading, which wavers around the average."""
        return round(self.signal_dbm + max(-3.0, min(3.0, chance.gauss(0, _WAVERING_DB))))

    @property
    def lost(self) -> float:
        """The share of frames that are given up in the end, on a quiet channel."""
        return self.retried**_MOST_TRIES

    def retried_on(self, busy: float) -> float:
        """Give the share of frames sent again on a channel that is so busy, 0 to 1."""
        return self.retried + (1 - self.retried) * _COLLIDES * busy

    def crossing_ms(self, chance: Random, busy: float = 0.0) -> float | None:
        """Give how long one packet takes through the air; None when the radio gives up on it."""
        again = self.retried_on(busy)
        for tried in range(_MOST_TRIES):
            if chance.random() >= again:
                # Whoever finds the channel busy waits until it is free.
                return (1.0 + chance.random()) / (1 - 0.9 * busy) + tried * _TRY_MS
        return None

    def carries_mbps(self, busy: float) -> float:
        """Give how much TCP the air carries for this room when the channel is so busy with others."""
        return rate_mbps(self.signal_dbm) * _PAYLOAD * (1 - busy) * (1 - self.retried_on(busy))


def rate_mbps(signal_dbm: float) -> float:
    """Give the rate that a radio chooses at this signal."""
    return next((rate for least, rate in _RATES if signal_dbm >= least), _LOWEST_RATE)
