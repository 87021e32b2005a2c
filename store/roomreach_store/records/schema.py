"""Which tables do the records have? Times are UTC milliseconds; identifiers and closed lists are text."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

METADATA = MetaData(
    # Named constraints are constraints that a later migration can drop, in every database.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# In the order of code points, as SQLite has it: PostgreSQL would sort as its server's language does, and its
# indexes would break on the day that the server's operating system changes that language's rules.
TEXT = String().with_variant(String(collation="C"), "postgresql")

# SQLite gives a new number only to a column that it calls INTEGER, which has 64 bits there.
_RISING = BigInteger().with_variant(Integer, "sqlite")


PROVIDERS = Table(
    "providers",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
)

SITES = Table(
    "sites",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("provider", ForeignKey("providers.id"), nullable=False),
    Column("host", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("category", TEXT, nullable=False),
    Column("safeguarding", TEXT),
    Column("withheld", Boolean, nullable=False),
    Column("trial", Boolean, nullable=False),
)

BUILDINGS = Table(
    "buildings",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("name", TEXT, nullable=False),
    Column("line_download_mbps", Double),
    Column("line_upload_mbps", Double),
    # Buildings were on record before lines were: whoever wrote them said nothing of a counted line.
    Column("line_metered", Boolean, nullable=False, server_default=false()),
)

ROOMS = Table(
    "rooms",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("building", ForeignKey("buildings.id"), nullable=False),
    Column("label", TEXT, nullable=False),
    Column("floor", Integer),
    Column("homes", Integer, nullable=False),
)

AGENTS = Table("agents", METADATA, Column("id", TEXT, primary_key=True))

INSTALLATIONS = Table(
    "installations",
    METADATA,
    Column("agent", ForeignKey("agents.id"), primary_key=True),
    Column("since_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("until_ms", BigInteger),
    Column("room", ForeignKey("rooms.id"), nullable=False),
    Column("role", TEXT, nullable=False),
)

COUNTERS = Table(
    "counters",
    METADATA,
    Column("name", TEXT, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Numbers that only rise: how often the register changed, how many quarantined messages were dropped."""

LATEST = Table(
    "latest",
    METADATA,
    # An agent is heard before anybody enters it: this refers to no other table.
    Column("agent", TEXT, primary_key=True),
    Column("taken_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("run", LargeBinary, nullable=False),
    # Empty until the agent is heard again where an older version kept no such run.
    Column("covered_run", LargeBinary, nullable=True),
)

KEPT = Table(
    "kept",
    METADATA,
    Column("agent", TEXT, primary_key=True),
    Column("outbox", TEXT, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("why", TEXT, nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index(None, "why", "agent", "outbox", "sequence"),
)

QUARANTINED = Table(
    "quarantined",
    METADATA,
    Column("id", _RISING, primary_key=True),
    Column("topic", TEXT, nullable=False),
    Column("agent", TEXT),
    Column("outbox", TEXT),
    Column("sequence", BigInteger),
    Column("reason", TEXT, nullable=False),
    Column("detail", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
    UniqueConstraint("topic", "digest", "reason"),
    # Answers how full it is without reading a payload, which every refused message asks.
    Index(None, "reason", "held"),
    # A page of the list names its last id: an id that could come back would show entries twice.
    sqlite_autoincrement=True,
)

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", _RISING, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("register", BigInteger, nullable=False),
    # A job outlives what it is about: it refers to no other table.
    Column("agent", TEXT),
    Column("start_ms", BigInteger),
    Column("end_ms", BigInteger),
    Column("entry", BigInteger),
    Column("ended_ms", BigInteger),
    Column("outcome", TEXT),
    Column("detail", TEXT),
    Index(None, "ended_ms", "id"),
    sqlite_autoincrement=True,
)
"""What the collector is asked to do. ``start_ms`` rises as the work goes on."""
