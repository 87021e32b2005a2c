"""The whole of roomreach in one process and one folder: broker, collector and API over embedded stores."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from roomreach.errors import Misconfigured, Unavailable
from roomreach_api.app import create_app, no_notice
from roomreach_collector.collector import Collector, Pace
from roomreach_collector.inbox import Inbox, Protocol
from roomreach_collector.metrics import CollectorMetrics
from roomreach_hub import operator_token, ports, speed_tokens
from roomreach_hub.broker import Broker, choose
from roomreach_hub.choices import Choices
from roomreach_hub.folder import DEFAULT_BROKER_PORT, Address, Folder
from roomreach_hub.keeping import Keeper
from roomreach_hub.serving import Pages
from roomreach_hub.signals import Asked
from roomreach_hub.speed_server.part import SpeedServer
from roomreach_store.records import Records, places
from roomreach_store.series import SeriesStore
from roomreach_store.series.opening import open_series

_TICK_S = 0.2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub that runs."""

    address: Address
    broker: Broker
    records: Records
    series: SeriesStore
    collector: Collector
    pages: Pages
    speed: SpeedServer | None
    keepers: list[Keeper]

    def watch(self, asked: Asked, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until asked to stop, or until something is true.

        Raises ``Unavailable`` when a part of this very process has stopped.
        """
        while not (asked.to_stop or until()):
            for keeper in self.keepers:
                keeper.tick()
            if not (self.pages.alive() and self.collector.alive):
                raise Unavailable("A part of roomreach stopped unexpectedly: start it again.")
            time.sleep(_TICK_S)


@contextmanager
def running(
    folder: Folder, choices: Choices, say: Say, notice: Callable[[], str | None] = no_notice
) -> Iterator[Hub]:
    """Start every part in order, and stop what was started in the opposite order, whatever happens.

    ``notice`` gives a sentence for the home page, as long as there is one.
    Raises ``Misconfigured``, ``Conflict`` or ``Unavailable`` with what the operator must know.
    """
    kind = choose(choices.broker)
    folder.make()
    with ExitStack() as stack:
        stack.enter_context(folder.held())
        listening = stack.enter_context(ports.listen(choices.page_port))
        broker = Broker(kind, folder.broker, _broker_port(folder, choices.broker_port, say))
        stack.callback(broker.stop)
        broker.start()
        folder.keep_broker_port(broker.port)
        records = Records.open(folder.records_url)
        stack.callback(records.close)
        series = open_series(folder.series_url)
        stack.callback(series.close)
        # paho reads MQTT 3.1.1 at half the cost of MQTT 5, where the broker speaks it.
        inbox = Inbox(ports.LOOPBACK, broker.port, protocol=Protocol(min(broker.protocols)))
        # Nobody else can write to these stores: a correction has nobody to wait for.
        collector = Collector(inbox, records, series, pace=Pace(settle_s=0.0))
        stack.callback(collector.stop)
        collector.start()
        counters = CollectorRegistry()
        CollectorMetrics(collector).register(counters)
        pages = Pages(
            create_app(
                records,
                series,
                metrics=counters,
                operator_token=operator_token.renew(folder),
                notice=notice,
            ),
            listening,
        )
        stack.callback(pages.stop)
        pages.start()
        keepers = [Keeper("The broker", broker, say)]
        speed = None
        if choices.speed_port is not None:
            with records.reading() as c:
                agents = places.register(c).agents
            # Those put on record while there was no speed server here.
            for agent in agents:
                speed_tokens.mint(folder, agent)
            speed = SpeedServer(folder, ports.next_free(0) if choices.speed_port == 0 else choices.speed_port)
            stack.callback(speed.stop)
            speed.start()
            keepers.append(Keeper("The speed server", speed, say))
        address = Address(
            pid=os.getpid(),
            page_port=pages.port,
            broker_port=broker.port,
            speed_port=speed.port if speed else None,
        )
        folder.publish(address)
        yield Hub(
            address=address,
            broker=broker,
            records=records,
            series=series,
            collector=collector,
            pages=pages,
            speed=speed,
            keepers=keepers,
        )


def _broker_port(folder: Folder, wanted: int | None, say: Say) -> int:
    if wanted is not None:
        return ports.next_free(0) if wanted == 0 else wanted
    told = folder.broker_port
    if told is not None:
        if not ports.free(told):
            raise Misconfigured(
                f"Port {told} is used by another program, and this folder's agents report to it. "
                "Stop that program; or choose another with --broker-port, and tell the agents' settings."
            )
        return told
    port = ports.next_free(DEFAULT_BROKER_PORT)
    if port != DEFAULT_BROKER_PORT:
        say(f"Port {DEFAULT_BROKER_PORT} is used by another program, so the broker takes {port}.")
    return port
