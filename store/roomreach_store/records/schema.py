"""Which tables do the records have? Times are UTC milliseconds; identifiers and closed lists are text."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
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

# SQLite gives a new number only to a column that it calls INTEGER, which has 64 bits there.
_RISING = BigInteger().with_variant(Integer, "sqlite")


PROVIDERS = Table(
    "providers",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
)

SITES = Table(
    "sites",
    METADATA,
    Column("id", String, primary_key=True),
    Column("provider", ForeignKey("providers.id"), nullable=False),
    Column("host", String, nullable=False),
    Column("name", String, nullable=False),
    Column("category", String, nullable=False),
    Column("safeguarding", String),
    Column("withheld", Boolean, nullable=False),
    Column("trial", Boolean, nullable=False),
)

BUILDINGS = Table(
    "buildings",
    METADATA,
    Column("id", String, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("name", String, nullable=False),
)

ROOMS = Table(
    "rooms",
    METADATA,
    Column("id", String, primary_key=True),
    Column("building", ForeignKey("buildings.id"), nullable=False),
    Column("label", String, nullable=False),
    Column("floor", Integer),
    Column("homes", Integer, nullable=False),
)

AGENTS = Table("agents", METADATA, Column("id", String, primary_key=True))

INSTALLATIONS = Table(
    "installations",
    METADATA,
    Column("agent", ForeignKey("agents.id"), primary_key=True),
    Column("since_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("until_ms", BigInteger),
    Column("room", ForeignKey("rooms.id"), nullable=False),
    Column("role", String, nullable=False),
)

COUNTERS = Table(
    "counters",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Numbers that only rise: how often the register changed, how many quarantined messages were dropped."""

LATEST = Table(
    "latest",
    METADATA,
    # An agent is heard before anybody enters it: this refers to no other table.
    Column("agent", String, primary_key=True),
    Column("taken_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("run", LargeBinary, nullable=False),
)

KEPT = Table(
    "kept",
    METADATA,
    Column("agent", String, primary_key=True),
    Column("outbox", String, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("why", String, nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index(None, "why", "agent", "outbox", "sequence"),
)

QUARANTINED = Table(
    "quarantined",
    METADATA,
    Column("id", _RISING, primary_key=True),
    Column("topic", String, nullable=False),
    Column("agent", String),
    Column("outbox", String),
    Column("sequence", BigInteger),
    Column("reason", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("digest", String, nullable=False),
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
