"""Can both stores be used, and if not, which one, why, and what is to be done?"""

from collections.abc import Callable

from roomreach.errors import Misconfigured, Unavailable
from roomreach_api.reading import Reading


def require_stores(reading: Reading) -> None:
    """Return when both stores can be used; raise ``Unavailable`` naming each that cannot."""
    asked: dict[str, Callable[[], object]] = {
        "Records (ROOMREACH_RECORDS)": lambda: reading.places,
        "Series (ROOMREACH_SERIES)": reading.require_series,
    }
    faults = []
    for store, ask in asked.items():
        try:
            ask()
        except Unavailable as exc:
            faults.append(f"{store}: {exc} Start that database, or wait until it answers.")
        except Misconfigured as exc:
            faults.append(f"{store}: {exc} Mend the setting and start again.")
    if faults:
        raise Unavailable(" ".join(faults))
