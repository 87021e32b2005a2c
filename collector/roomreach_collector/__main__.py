"""`roomreach-collector`: reads its settings from the environment and runs until it is told to stop."""

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack, closing

from prometheus_client import CollectorRegistry

from roomreach.errors import Misconfigured, Unavailable
from roomreach_collector import garbage, logs
from roomreach_collector.collector import Collector
from roomreach_collector.deadman import Deadman
from roomreach_collector.inbox import Inbox
from roomreach_collector.listening import Listening, pages
from roomreach_collector.metrics import CollectorMetrics, RecordsMetrics
from roomreach_collector.patience import Patience, Stopped
from roomreach_collector.readiness import Readiness
from roomreach_collector.settings import Settings
from roomreach_store.records import Records
from roomreach_store.series import SeriesStore
from roomreach_store.series.opening import open_series

_log = logging.getLogger("roomreach_collector")


def main() -> None:
    """Run the collector. Ends with 0 when told to, and with 2 when an operator must change something."""
    logs.configure(sys.stderr)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        _run(Settings.from_environment(os.environ), stopping)
    except Misconfigured as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - whoever started it reads this
        sys.exit(2)
    except Stopped:
        pass


def _run(settings: Settings, stopping: threading.Event) -> None:
    patience = Patience(stopping)
    inbox = Inbox(
        settings.broker_host,
        settings.broker_port,
        tls=settings.broker_tls,
        protocol=settings.broker_protocol,
    )

    def open_records() -> Records:
        return Records.open(settings.records)

    def open_the_series() -> SeriesStore:
        return open_series(settings.series, token=settings.series_token)

    registry, readiness = CollectorRegistry(), Readiness()
    # The pages end before what they ask.
    with ExitStack() as stores, ExitStack() as watched:
        if settings.listen is not None:
            host, port = settings.listen
            watched.enter_context(Listening(host, port, pages(readiness.faults, registry)))
        if settings.deadman_url is not None:
            told = Deadman(settings.deadman_url, readiness.faults, every_s=settings.deadman_every_s)
            watched.enter_context(told)
        # A wrong setting ends us at once; a server that is not there yet is waited for.
        records = patience.until_done("the records", open_records, (Unavailable,))
        stores.enter_context(closing(records))
        series = patience.until_done("the series store", open_the_series, (Unavailable,))
        stores.enter_context(closing(series))
        collector = Collector(inbox, records, series)
        CollectorMetrics(collector).register(registry)
        RecordsMetrics(records).register(registry)
        garbage.look_less_often()
        collector.start()
        readiness.started(collector, records, series)
        _log.info("the collector runs")
        stopping.wait()
        collector.stop()
        _log.info("the collector has stopped")


if __name__ == "__main__":
    main()
