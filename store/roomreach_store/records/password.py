"""How does a password reach the records' address? Apart from it, so that no list shows it."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from roomreach.errors import Misconfigured


def with_password(url: str, password: str | None) -> str:
    """Put a password into a database's address; raises ``Misconfigured`` when it cannot be put there."""
    if password is None or not url:
        return url
    if not password:
        raise Misconfigured("The file of the password is empty.")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:
        raise Misconfigured(f"The records' address cannot be read, so it takes no password: {exc}.") from exc
    if parsed.username is None or parsed.password is not None:
        raise Misconfigured(
            "A password in a file needs an address with a user and without a password, "
            "such as postgresql+psycopg://roomreach@db.example/roomreach."
        )
    return parsed.set(password=password).render_as_string(hide_password=False)
