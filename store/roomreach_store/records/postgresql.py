"""What PostgreSQL needs to keep the promises that SQLite keeps here, and what its errors mean."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from roomreach.errors import Misconfigured, RoomreachError, Unavailable

WAIT_S = 5
"""How long a writer waits for another one, and anybody for a connection."""
MOST_IDLE_S = 10
"""How long somebody may do nothing in the middle of writing, while all others wait."""

_ALL_WRITERS = 0x726F6F6D
"""The name of the lock that a writer holds: any number, the same in every process."""

_CONNECTING = {
    "connect_timeout": WAIT_S - 1,
    # A host that vanished without a word is noticed as soon as one that refuses.
    "tcp_user_timeout": 1000 * WAIT_S,
    "keepalives_idle": WAIT_S,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}

# A snapshot is taken at the first statement, which is the lock: a level above READ COMMITTED would go on
# with what stood there before the wait.
_WRITE = f"""
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = '{WAIT_S}s';
SET LOCAL idle_in_transaction_session_timeout = '{MOST_IDLE_S}s';
SELECT pg_advisory_xact_lock({_ALL_WRITERS})
"""
_READ = f"""
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL lock_timeout = '{WAIT_S}s'
"""

_Answer = tuple[type[RoomreachError], str]

_SILENT: _Answer = (Unavailable, "their PostgreSQL does not answer: start it, or try again")
_FULL: _Answer = (
    Unavailable,
    "too many are connected to their PostgreSQL: try again, or raise max_connections",
)
_ANSWERS: dict[str, _Answer] = {
    "25006": (Unavailable, "they may only be read: this PostgreSQL may be a standby"),
    "25P03": (
        Unavailable,
        f"nothing was done with them for {MOST_IDLE_S} s in the middle of writing: try again",
    ),
    "40": (Unavailable, "two transactions were in each other's way: try again"),
    "42501": (Misconfigured, "their user may not do this: let it own the database"),
    "53": (Unavailable, "their PostgreSQL is short of memory or of something else: try again"),
    "53100": (Unavailable, "their disk is full: make room, then try again"),
    "53300": _FULL,
    "55P03": (Unavailable, f"another process has been writing for {WAIT_S} s: try again"),
    "57": (Unavailable, "their PostgreSQL is stopping or starting: try again"),
    "58": (Unavailable, "their disk answers with errors: check it, then try again"),
    "XX001": (Misconfigured, "a table is damaged: restore it from a backup"),
    "XX002": (Misconfigured, "an index is damaged: rebuild it, or restore a backup"),
}
"""By SQLSTATE, or by its class: https://www.postgresql.org/docs/current/errcodes-appendix.html."""

# Before there is a connection the driver gives words and no code, and a server may speak another language:
# what is not recognised is waited for.
_REFUSALS: dict[str, _Answer] = {
    "too many c": _FULL,  # clients, or connections for this role or database
    "connection slots": _FULL,
    "password": (Misconfigured, "their PostgreSQL does not take this user and password: mend the address"),
    "pg_hba.conf": (
        Misconfigured,
        "their PostgreSQL lets nobody in from here: add a line to its pg_hba.conf",
    ),
    "does not exist": (Misconfigured, "their PostgreSQL has no such database or user: make it first"),
    "permission denied": (Misconfigured, "this user may not enter the database: GRANT CONNECT first"),
}


def engine(url: URL) -> Engine:
    """Make an engine whose writers queue, whose readers read one state, and that survives a new start."""
    settings = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    try:
        made = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=settings,
            pool_pre_ping=True,
            pool_timeout=WAIT_S,
            hide_parameters=True,
        )
    except ImportError as exc:
        raise Misconfigured(
            "The records are to be in PostgreSQL, and its driver is not installed: "
            "install roomreach-store[postgresql]."
        ) from exc
    event.listen(made, "begin", _begin)
    event.listen(made, "handle_error", _forget_values)
    return made


def explained(error: DBAPIError, _url: URL) -> RoomreachError | None:
    """Say in a sentence what an error means, naming no host; None for a mistake of our own."""
    state = _state(error.orig)
    if state:
        answer = _ANSWERS.get(state) or _ANSWERS.get(state[:2])
        said = f" ({error.orig})"
    elif error.statement is None:
        answer = _refusal(error)
        said = ""
    else:
        answer, said = None, ""
    if answer is None and isinstance(error, OperationalError | InterfaceError):
        answer = _SILENT
    if answer is None:
        return None
    kind, meaning = answer
    return kind(f"The records are not usable: {meaning}{said}.")


def _refusal(error: DBAPIError) -> _Answer:
    if not isinstance(error, OperationalError):
        return Misconfigured, "their address has a setting that PostgreSQL does not know"
    text = str(error.orig)
    return next((answer for words, answer in _REFUSALS.items() if words in text), _SILENT)


def _begin(connection: Connection) -> None:
    # Whoever reads before writing must not do so beside another: one writer at a time, as in SQLite. It
    # also lets one process migrate while the others wait, when there is no table yet to lock.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(_WRITE if writes else _READ)


def _forget_values(context: ExceptionContext) -> None:
    # An error's details quote whole rows ("Failing row contains …"), and 22… quotes the value itself: no
    # name of a place may reach a log that way.
    original: Any = context.original_exception
    state = _state(original)
    if not state:
        return
    name = type(original).__name__
    original.args = (name if state.startswith("22") else original.diag.message_primary or name,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({name}) {original}",)


def _state(original: BaseException | None) -> str:
    return getattr(original, "sqlstate", None) or ""
