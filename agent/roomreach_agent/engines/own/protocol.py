"""What do an agent and its speed server say to each other? HTTP/1.1, every path below ``/v1/``.

Every request carries ``Authorization: Bearer TOKEN``, and every answer of ours the header ``MARK``.

| request | answer |
|---|---|
| ``POST tests`` | 201 and a test's name; 401 token unknown; 503 too many tests; 429 no bytes left today |
| ``GET tests/NAME/echo`` | 204, at once: the agent times it |
| ``GET tests/NAME/download?bytes=N`` | N bytes, no more: 429 where the test may not have them |
| ``POST tests/NAME/upload`` | 204 once the body has arrived |
| ``GET tests/NAME/moved`` | how many bytes of payload the test has moved, or may still move |
| ``GET tests/NAME/arrived`` | a ``RECORD`` every ``TICK_S``: what of this test's uploads has arrived |

A test ends with its ``arrived``, or by itself when none of its requests has been open for a while. Who is
answered before the whole of a request was read is hung up on.
"""

import struct

MARK = "roomreach-speed"
"""A header that our server alone sends, with the protocol's version."""

VERSION = "1"

TICK_S = 0.05
"""How often the end that receives says how much has arrived."""

RECORD = struct.Struct("!QQ")
"""Microseconds by the server's clock, and bytes arrived since the test began."""
