"""Many answers travel in few receipts, and none is lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from collecting import AGENT, OUTBOX, answers_in
from roomreach.identifiers import AgentId, OutboxId
from roomreach.receipt import Receipt, Refusal, Refusing
from roomreach.report import Key
from roomreach_collector.receipts import MOST_REFUSALS, Answer, receipts


def key(sequence: int) -> Key:
    return Key(AGENT, OUTBOX, sequence)


def refusal(sequence: int, digest: str = "0" * 16) -> Answer:
    return Answer(key(sequence), Refusing(sequence, digest, Refusal.MALFORMED, "no JSON"))


def test_a_drained_outbox_hears_one_range() -> None:
    answers = [Answer(key(sequence)) for sequence in (3, 1, 2, 2, 7)]
    assert list(receipts(answers, 5)) == [(AGENT, Receipt(at_ms=5, outbox=OUTBOX, stored=((1, 3), (7, 7))))]


def test_stored_and_refused_travel_together() -> None:
    ((_, receipt),) = receipts([Answer(key(1)), refusal(2), refusal(2)], 5)
    assert receipt.stored == ((1, 1),)
    assert [refused.sequence for refused in receipt.refused] == [2]


def test_refusals_above_a_hundred_go_in_a_receipt_of_their_own() -> None:
    made = [receipt for _, receipt in receipts([Answer(key(999)), *map(refusal, range(1, 251))], 5)]
    assert [len(receipt.refused) for receipt in made] == [MOST_REFUSALS, MOST_REFUSALS, 50]
    assert [receipt.stored for receipt in made] == [((999, 999),), (), ()]


def test_nothing_to_say_is_not_said() -> None:
    assert list(receipts([], 5)) == []


@given(
    st.lists(
        st.tuples(
            st.builds(
                Key,
                st.sampled_from([AgentId("a-first222"), AgentId("a-second22")]),
                st.sampled_from([OutboxId("o-first222"), OutboxId("o-second22")]),
                st.integers(1, 400),
            ),
            st.booleans(),
        ),
        max_size=300,
    )
)
def test_every_answer_arrives_where_it_belongs(told: list[tuple[Key, bool]]) -> None:
    answers = [
        Answer(key, None if stored else Refusing(key.sequence, "0" * 16, Refusal.MALFORMED))
        for key, stored in told
    ]
    heard = answers_in(receipts(answers, 5))
    assert {(key, reason is None) for key, said in heard.items() for _, reason in said} == set(told)
    assert all(len(said) == len(set(said)) for said in heard.values())
