"""The borough's nightly-paid annexes, a hotel, and a block of self-contained homes."""

from roomreach.places import Category
from roomreach_hub.buildings.borough.plan import Block, Plan, Room, Sold
from roomreach_hub.buildings.cell import Channel

CANDLEWICK, LARKSPUR = "Candlewick Stays", "Larkspur Rooms"

CEDAR_PLACE = Plan(
    name="Cedar Place",
    provider=CANDLEWICK,
    category=Category.NIGHTLY_PAID,
    blocks=(
        Block(
            name="Cedar Place",
            sold=Sold(67, 17, 13),
            channels={"landing": Channel(2462, 0.25)},
            rooms=(
                Room("C1", 0, 1, 6),
                Room("C2", 0, 1, 8),
                Room("C3", 1, 1, 5, 1, 1),
                Room("C4", 1, 2, 6, 1, 1),
                Room("C5", 1, 1, 9, 2),
            ),
        ),
    ),
)

DOVECOTE_HOUSE = Plan(
    name="Dovecote House",
    provider=CANDLEWICK,
    category=Category.NIGHTLY_PAID,
    blocks=(
        Block(
            name="North side",
            sold=Sold(80, 20, 10),
            channels={"landing": Channel(2412, 0.2)},
            rooms=(Room("N1", 0, 1, 5), Room("N2", 0, 1, 7), Room("N3", 1, 2, 5, 1, 1)),
        ),
        Block(
            name="South side",
            sold=Sold(80, 20, 10),
            channels={"landing": Channel(2462, 0.2)},
            rooms=(Room("S1", 0, 1, 6), Room("S2", 0, 1, 8), Room("S3", 1, 1, 6, 1, 1)),
            router=None,
        ),
    ),
)

ELM_ROW = Plan(
    name="Elm Row",
    provider=LARKSPUR,
    category=Category.PRIVATE_LEASED,
    blocks=(
        Block(
            name="Elm Row",
            sold=Sold(300, 50, 7),
            channels={f"flat {flat}": Channel(2412 + 25 * (flat % 3), 0.3) for flat in range(1, 7)},
            # Each home has an access point of its own, on one fibre to the block.
            rooms=tuple(
                Room(f"Flat {flat}", flat // 3, 1, 4 + flat % 3, 1, 0, f"flat {flat}") for flat in range(1, 7)
            ),
        ),
    ),
)

FOXGLOVE_HOTEL = Plan(
    name="Foxglove Hotel",
    provider=CANDLEWICK,
    category=Category.BED_AND_BREAKFAST,
    blocks=(
        Block(
            name="Foxglove Hotel",
            sold=Sold(100, 20, 11, portal=True),
            channels={"landing": Channel(2437, 0.3)},
            rooms=(
                Room("101", 1, 1, 6),
                Room("102", 1, 1, 8),
                Room("103", 1, 1, 10, 2),
                Room("201", 2, 1, 6, 1, 1),
                Room("202", 2, 2, 8, 1, 1),
            ),
            router="Reception",
        ),
    ),
)

GARNET_STREET = Plan(
    name="Garnet Street",
    provider=CANDLEWICK,
    category=Category.NIGHTLY_PAID,
    blocks=(
        Block(
            name="Garnet Street",
            sold=Sold(30, 8, 42, metered=True),
            channels={"landing": Channel(2437, 0.35)},
            rooms=(
                Room("G1", 0, 1, 5),
                Room("G2", 0, 1, 8),
                Room("G3", 1, 1, 5, 1, 1),
                Room("G4", 1, 2, 8, 1, 1),
            ),
            router=None,
        ),
    ),
)

IRIS_LODGE = Plan(
    name="Iris Lodge",
    provider=LARKSPUR,
    category=Category.NIGHTLY_PAID,
    blocks=(
        Block(
            name="Iris Lodge",
            sold=Sold(67, 17, 14),
            channels={"landing": Channel(2462, 0.15)},
            rooms=(
                Room("I1", 0, 1, 5),
                Room("I2", 0, 1, 8),
                Room("I3", 1, 1, 7, 1, 1),
                # The old strong room: brick all round, and no network inside.
                Room("I4", 2, 1, 12, 3, 2),
            ),
        ),
    ),
)

ANNEXES = (CEDAR_PLACE, DOVECOTE_HOUSE, ELM_ROW, FOXGLOVE_HOTEL, GARNET_STREET, IRIS_LODGE)
