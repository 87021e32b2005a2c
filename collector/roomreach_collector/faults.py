"""How is a mistake of ours told, without repeating what an agent sent?"""

from traceback import extract_tb

INTERNAL_ERROR = "internal error: a mistake of the collector's, not of the agent's"
"""What an agent and the quarantine are told."""


def where(exc: BaseException) -> str:
    """Name an exception's type, and the function, file and line where it was raised; never its message."""
    frames = extract_tb(exc.__traceback__)
    if not frames:
        return type(exc).__name__
    last = frames[-1]
    return f"{type(exc).__name__} in {last.name}, {last.filename}:{last.lineno}"
