"""The naive design, frozen: every message is read with ``json`` and written to InfluxDB on its own."""

import os

import naive

if __name__ == "__main__":
    write = naive.writer(os.environ["BENCH_INFLUX"])

    def on_message(_client: object, _userdata: object, message: naive.Message) -> None:
        write(naive.lines(message.payload))

    naive.listen(int(os.environ["BENCH_PORT"]), on_message)
