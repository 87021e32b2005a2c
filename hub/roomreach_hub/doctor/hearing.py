"""Does a collector hear anything? Read from the metrics that it shows."""

from prometheus_client.parser import text_string_to_metric_families

from roomreach_collector.metrics import PREFIX

LONGEST_LAG_S = 60
"""Reports are answered within a second: what waits for longer waits for a fault to be mended."""

LONGEST_LOSS_S = 30
"""As far apart as a collector's attempts to reach its broker: until then it may be on its way back."""


def fault(metrics: str) -> str | None:
    """Say why a collector hears or answers nothing; None when it does both."""
    said = {
        sample.name.removeprefix(PREFIX): sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
    }
    if not said.get("alive"):
        return "its thread has ended"
    if not said.get("connected") and said.get("lost_seconds", 0) > LONGEST_LOSS_S:
        return "the broker does not let it listen"
    if said.get("waiting"):
        return "it waits for a store that cannot be written to"
    if said.get("lag_seconds", 0) > LONGEST_LAG_S:
        return f"the oldest message has waited for an answer for {said['lag_seconds']:.0f} s"
    return None
