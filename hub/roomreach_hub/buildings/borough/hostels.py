"""The borough's hostels, beside Example House."""

from roomreach.places import Category
from roomreach_hub.buildings.borough.plan import Block, Plan, Room, Sold
from roomreach_hub.buildings.cell import Channel

THISTLEDOWN, LARKSPUR = "Thistledown Trust", "Larkspur Rooms"

ALDER_COURT = Plan(
    name="Alder Court",
    provider=THISTLEDOWN,
    category=Category.HOSTEL,
    blocks=(
        Block(
            name="Alder Court",
            sold=Sold(150, 30, 9),
            channels={"landing": Channel(2412, 0.15)},
            rooms=(
                Room("A01", 0, 1, 7),
                Room("A02", 0, 2, 8),
                Room("A11", 1, 1, 5),
                Room("A12", 1, 1, 9),
                # The top floor, two ceilings above the only access point, until it got one of its own.
                Room("A31", 3, 2, 7, 1, 2),
                Room("A32", 3, 1, 9, 1, 2),
                Room("A33", 3, 1, 8, 1, 2),
            ),
        ),
    ),
)

BEECH_LODGE = Plan(
    name="Beech Lodge",
    provider=THISTLEDOWN,
    category=Category.HOSTEL,
    blocks=(
        Block(
            name="Beech Lodge",
            sold=Sold(80, 20, 12),
            channels={"landing": Channel(2437, 0.5)},
            rooms=(
                Room("B1", 0, 1, 6),
                Room("B2", 0, 1, 9, 2),
                Room("B3", 1, 1, 6, 1, 1),
                Room("B4", 1, 2, 8, 1, 1),
                Room("B5", 1, 1, 10, 2),
                Room("B6", 2, 1, 5, 2, 1),
            ),
        ),
    ),
)

HAZEL_HOUSE = Plan(
    name="Hazel House",
    provider=LARKSPUR,
    category=Category.HOSTEL,
    blocks=(
        Block(
            name="Front",
            sold=Sold(80, 20, 10),
            channels={"landing": Channel(2412, 0.2), "back stairs": Channel(2462, 0.1)},
            rooms=(
                Room("H1", 0, 1, 5),
                Room("H2", 0, 1, 8),
                Room("H11", 1, 1, 5, 1, 0, "back stairs"),
                Room("H12", 1, 2, 7, 1, 0, "back stairs"),
                Room("H13", 1, 1, 9, 1, 0, "back stairs"),
            ),
        ),
    ),
)

JUNIPER_HALL = Plan(
    name="Juniper Hall",
    provider=LARKSPUR,
    category=Category.HOSTEL,
    blocks=(
        Block(
            name="Juniper Hall",
            # One old copper line for everybody: slow in every evening.
            sold=Sold(18, 2, 28),
            channels={"landing": Channel(2437, 0.1)},
            rooms=(
                Room("J1", 0, 2, 5),
                Room("J2", 0, 2, 7),
                Room("J3", 1, 3, 6, 1, 1),
                Room("J4", 1, 2, 8, 1, 1),
            ),
        ),
    ),
)

HOSTELS = (ALDER_COURT, BEECH_LODGE, HAZEL_HOUSE, JUNIPER_HALL)
