"""What waits is bounded, and a batch comes when it is full or old enough."""

import threading
import time

from collecting import NOW_MS
from roomreach_collector.buffer import Buffer
from roomreach_collector.post import Message


def a_message(size: int = 1) -> Message:
    return Message("topic", b"x" * size, NOW_MS)


def test_messages_come_out_in_the_order_they_came_in() -> None:
    buffer = Buffer()
    messages = [a_message(size) for size in range(5)]
    for message in messages:
        buffer.put(message)
    assert buffer.take(3, age_s=9, wait_s=9) == messages[:3]
    assert buffer.take(3, age_s=0, wait_s=0) == messages[3:]


def test_a_full_buffer_drops_what_arrives_and_counts_it() -> None:
    buffer = Buffer(most_messages=2)
    for _ in range(5):
        buffer.put(a_message())
    assert buffer.dropped == 3
    assert len(buffer.take(9, age_s=0, wait_s=0)) == 2


def test_bytes_are_bounded_too_and_room_comes_back_when_they_leave() -> None:
    buffer = Buffer(most_bytes=10)
    buffer.put(a_message(8))
    buffer.put(a_message(3))
    assert buffer.dropped == 1
    buffer.take(1, age_s=0, wait_s=0)
    buffer.put(a_message(10))
    assert buffer.dropped == 1


def test_an_empty_buffer_is_waited_for_only_so_long() -> None:
    started = time.monotonic()
    assert Buffer().take(5, age_s=9, wait_s=0.02) == []
    assert time.monotonic() - started < 5


def test_a_few_messages_are_taken_once_the_first_is_old_enough() -> None:
    buffer = Buffer()
    buffer.put(a_message())
    started = time.monotonic()
    assert len(buffer.take(5, age_s=0.05, wait_s=9)) == 1
    assert 0.03 < time.monotonic() - started < 5


def test_a_full_batch_is_taken_at_once() -> None:
    buffer = Buffer()

    def fill() -> None:
        for _ in range(100):
            buffer.put(a_message())

    filling = threading.Thread(target=fill)
    filling.start()
    started = time.monotonic()
    assert len(buffer.take(100, age_s=30, wait_s=30)) == 100
    assert time.monotonic() - started < 10
    filling.join()
