"""How far is the history? A bar where a person watches the terminal, a line a day where nobody does."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from roomreach_hub.buildings.history.past import Past


class Told:
    """Says how far the making of history is, each time it is looked at."""

    def __init__(self, past: Past, say: Callable[[str], None], console: Console | None = None) -> None:
        self._past = past
        self._say = say
        self._days = 0
        console = console or Console(stderr=True)
        self._bar: Progress | None = None
        if console.is_terminal:
            columns = (TextColumn("Making history, newest day first"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, TextColumn("days"), TimeElapsedColumn(), console=console)
            self._task = self._bar.add_task("", total=past.days)

    def __enter__(self) -> Self:
        """Show the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.stop()

    def over(self) -> bool:
        """Look, say what is new, and tell whether there is no more to come."""
        done = self._past.done
        if self._bar is not None:
            self._bar.update(self._task, completed=done)
        elif done > self._days:
            self._say(f"History: {done} of {self._past.days} days, {self._past.reports} reports.")
        self._days = done
        return not self._past.under_way
