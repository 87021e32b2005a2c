"""The usual design, frozen: ``json``, ``Point``, and influxdb-client's batching ``WriteApi``.

``WriteApi`` speaks to /api/v2/write; Debian's InfluxDB 1.6 listens on /write, so the path is rewritten.
"""

import os

import naive
from influxdb_client import InfluxDBClient, WriteOptions
from influxdb_client._sync.api_client import ApiClient


class OldPath(ApiClient):  # type: ignore[misc]
    """The same client, with the address that InfluxDB 1.6 knows."""

    def call_api(self, resource_path: str, *rest: object, **named: object) -> object:
        """Call /write where /api/v2/write was meant."""
        if resource_path == "/api/v2/write":
            resource_path, rest = (
                "/write",
                (rest[0], rest[1], [("db", "bench"), ("precision", "ms")], *rest[3:]),
            )
        return super().call_api(resource_path, *rest, **named)


if __name__ == "__main__":
    client = InfluxDBClient(url=os.environ["BENCH_INFLUX"], token="", org="-")
    client.api_client.__class__ = OldPath
    api = client.write_api(write_options=WriteOptions(batch_size=5_000, flush_interval=500))

    def on_message(_client: object, _userdata: object, message: naive.Message) -> None:
        api.write("bench", "-", naive.points(message.payload), write_precision="ms")

    naive.listen(int(os.environ["BENCH_PORT"]), on_message)
