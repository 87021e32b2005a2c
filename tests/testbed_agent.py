"""The agent's end of a line in the test bed: so many tests one after another, told as JSON."""

import dataclasses
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from roomreach_agent.engines import ENGINES, Ask


def main() -> None:
    """Test the server at an address, with the token in a file, so many times, for so many bytes at most."""
    url, token_file, times, most_bytes = sys.argv[1:]
    settings = SimpleNamespace(server=url, token_file=Path(token_file))
    engine = ENGINES["own"](settings, SimpleNamespace(root=Path("/")))
    began = time.process_time()
    results = [engine.test(Ask(target="server", most_bytes=int(most_bytes))) for _ in range(int(times))]
    found = [dataclasses.asdict(result) for result in results]
    print(json.dumps({"results": found, "processor_s": time.process_time() - began}))


if __name__ == "__main__":
    main()
