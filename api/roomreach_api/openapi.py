"""What does the API offer? ``python -m roomreach_api.openapi`` prints the answer."""

import json
import sys
from typing import Any

from roomreach_api.app import described


def document() -> dict[str, Any]:
    """Give the OpenAPI document."""
    return described().openapi()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2, ensure_ascii=False) + "\n")
