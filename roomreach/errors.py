"""What can go wrong, named by what the reader does next."""


class RoomreachError(Exception):
    """Any failure this project knows how to explain. Its message is a sentence for a person."""


class Misconfigured(RoomreachError):
    """An operator must change something; the process stops and says what."""


class Unavailable(RoomreachError):
    """Nothing is wrong with the data; try again later."""


class Refused(RoomreachError):
    """Trying again will not help; set it aside."""


class Malformed(Refused):
    """The bytes are not what they should be."""


class NotFound(RoomreachError):
    """The thing asked for does not exist, or the caller may not know that it does."""


class Conflict(RoomreachError):
    """The thing asked for contradicts what is recorded."""
