"""Which code has the place of this name? Codes come first; a name serves where it names one place alone."""

from collections import defaultdict
from collections.abc import Mapping

from roomreach_store.importing.columns import alike

Key = tuple[str, str]
"""The code of what it is part of, and its name in the form all spellings share."""


class Names:
    """The places of one level: those on record, then those of the rows taken so far."""

    def __init__(self, letter: str, recorded: Mapping[str, Key]) -> None:
        self.letter = letter
        self._keys: dict[str, Key] = dict(recorded)
        self._codes: dict[Key, list[str]] = defaultdict(list)
        for code, key in recorded.items():
            self._codes[key].append(code)
        self._recorded = frozenset(recorded.values())

    def find(self, parent: str, name: str, code: str | None) -> str | None:
        """Find a place; None when it is new. Raises ``ValueError`` with the reason when that is not clear."""
        key = (parent, alike(name))
        if code is None:
            codes = self._codes.get(key, [])
            if len(codes) > 1:
                raise ValueError("several on record have this name: give the code")
            return codes[0] if codes else None
        if code in self._keys:
            if self._keys[code] != key:
                raise ValueError("this code stands for a place of another name, or elsewhere")
            return code
        if key in self._recorded:
            raise ValueError("on record under another code")
        return None

    def learn(self, code: str, parent: str, name: str) -> bool:
        """Add a place; False when it is there already."""
        if code in self._keys:
            return False
        key = (parent, alike(name))
        self._keys[code] = key
        self._codes[key].append(code)
        return True
