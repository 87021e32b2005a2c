"""What a stranger wrote cannot steer an operator's terminal."""

from roomreach.errors import Conflict, Misconfigured, NotFound, Unavailable
from roomreach_hub import speaking


def test_control_characters_are_printed_as_numbers() -> None:
    assert speaking.printable("a\x1b[2Jb\x07é\nc\u202e") == "a\\x1b[2Jb\\x07é\nc\\x202e"


def test_what_cannot_be_reached_has_an_exit_code_of_its_own() -> None:
    codes = [speaking.exit_code(error("why")) for error in (Unavailable, Misconfigured, NotFound, Conflict)]
    assert codes == [3, 2, 2, 2]
