"""Every number that is shown is explained."""

from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from collecting import make_bench
from hubs import Up
from roomreach_collector.metrics import CollectorMetrics, RecordsMetrics
from roomreach_hub.folder import Folder

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def explained(name: str) -> bool:
    text = PAGE.read_text()
    plain = name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")
    return f"| `{name}` |" in text or f"| `{plain}` | histogram |" in text


def test_every_metric_of_a_hub_is_explained(tmp_path: Path) -> None:
    with Up(tmp_path / "hub") as up:
        shown = up.page("/metrics")
    names = {sample.name for one in text_string_to_metric_families(shown) for sample in one.samples}
    assert len(names) > 20
    assert [name for name in names if not explained(name)] == []
    assert not explained("roomreach_collector_invented")


def test_every_metric_of_a_collector_of_its_own_is_explained(tmp_path: Path) -> None:
    with Folder(tmp_path / "hub").records() as records:
        registry = CollectorRegistry()
        CollectorMetrics(make_bench(records).collector).register(registry)
        RecordsMetrics(records).register(registry)
        names = {sample.name for one in registry.collect() for sample in one.samples}
    assert "roomreach_quarantine_rows" in names
    assert [name for name in names if not explained(name)] == []
