"""The reference says what the code says."""

import importlib.util
from pathlib import Path

import pytest

from roomreach.receipt import Refusal

DOCS = Path(__file__).parents[2] / "docs"

_spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
assert _spec
assert _spec.loader
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_page_that_comes_from_the_code_is_what_the_code_makes(name: str) -> None:
    assert (DOCS / "reference" / name).read_text() == generate.PAGES[name](), "run `make docs`"


def test_every_reason_for_refusing_is_explained() -> None:

    wire = (DOCS / "reference" / "wire.md").read_text()
    assert [reason for reason in Refusal if f"| `{reason}` |" not in wire] == []
