"""``python -m roomreach_hub.buildings ORDERS``: the process that `roomreach demo` keeps beside the hub."""

import logging
import sys
from pathlib import Path

from roomreach.errors import RoomreachError
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.run import run


def main(orders: Path) -> None:
    """Run the buildings until asked to stop; their files stand beside the orders."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        run(Orders.read(orders), orders.parent)
    except RoomreachError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
