"""No two answers to the same bytes differ, and at most one version of a report is ever stored."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from collecting import AGENT, OUTBOX
from roomreach.identifiers import OutboxId
from roomreach.receipt import Refusal, Refusing
from roomreach.report import Key
from roomreach.wire import digest
from roomreach_collector.answers import WINDOW, Answers, Known

A, B = digest(b"one version"), digest(b"another")


def key(sequence: int, outbox: str = OUTBOX) -> Key:
    return Key(AGENT, OutboxId(outbox), sequence)


def refusing(sequence: int, of: str, reason: Refusal = Refusal.FUTURE_DATED) -> Refusing:
    return Refusing(sequence, of, reason)


def store(answers: Answers, *sequences: int, outbox: str = OUTBOX) -> None:
    for sequence in sequences:
        assert answers.claim(key(sequence, outbox), A)
        answers.stored(key(sequence, outbox))


def test_the_same_bytes_are_stored_again_and_others_are_a_conflict() -> None:
    answers = Answers()
    store(answers, 1)
    assert answers.recall(key(1), A) is Known.STORED
    assert answers.recall(key(1), B) is Known.NOTHING
    assert not answers.claim(key(1), B)


def test_a_key_on_its_way_to_the_store_counts() -> None:
    answers = Answers()
    assert answers.claim(key(1), A)
    assert answers.recall(key(1), A) is Known.PENDING
    assert not answers.claim(key(1), B)


def test_what_was_not_stored_after_all_is_not_remembered_as_stored() -> None:
    answers = Answers()
    assert answers.claim(key(1), A)
    answers.release_all()
    assert answers.recall(key(1), A) is Known.NOTHING
    assert answers.claim(key(1), B)


def test_bytes_once_refused_stay_refused_and_leave_their_key_free() -> None:
    answers = Answers()
    assert answers.claim(key(1), A)
    answers.refused(key(1), refusing(1, A, Refusal.NOT_STORABLE))
    assert answers.recall(key(1), A) == refusing(1, A, Refusal.NOT_STORABLE)
    assert answers.claim(key(1), B)


def test_refusing_one_version_does_not_free_the_key_of_another() -> None:
    answers = Answers()
    assert answers.claim(key(1), A)
    answers.refused(key(1), refusing(1, B, Refusal.CONFLICT))
    assert answers.recall(key(1), A) is Known.PENDING
    answers.stored(key(1))
    assert answers.recall(key(1), A) is Known.STORED


def test_the_last_256_keys_of_an_outbox_are_remembered_and_no_more() -> None:
    answers = Answers()
    store(answers, *range(1, WINDOW + 2))
    assert answers.recall(key(1), A) is Known.NOTHING
    assert answers.recall(key(2), A) is Known.STORED
    assert answers.claim(key(1), B)


def test_an_old_key_does_not_push_out_a_newer_one() -> None:
    answers = Answers()
    store(answers, WINDOW + 1, 1)
    assert answers.recall(key(WINDOW + 1), A) is Known.STORED


def test_outboxes_do_not_share_their_sequences() -> None:
    answers = Answers()
    store(answers, 1)
    assert answers.recall(key(1, "o-another22"), A) is Known.NOTHING


def test_the_outbox_not_heard_for_longest_is_forgotten_first() -> None:
    answers = Answers(outboxes=2)
    for outbox in ("o-first2222", "o-second222"):
        store(answers, 1, outbox=outbox)
    store(answers, 2, outbox="o-first2222")
    store(answers, 1, outbox="o-third2222")
    assert answers.recall(key(1, "o-first2222"), A) is Known.STORED
    assert answers.recall(key(1, "o-second222"), A) is Known.NOTHING


def test_the_oldest_refusal_is_forgotten_first() -> None:
    answers = Answers(refusals=2)
    for sequence in (1, 2, 3):
        answers.refused(key(sequence), refusing(sequence, A))
    assert answers.recall(key(1), A) is Known.NOTHING
    assert answers.recall(key(2), A) == refusing(2, A)


MOVES = st.tuples(
    st.integers(1, 5),
    st.sampled_from([digest(bytes([version])) for version in range(3)]),
    st.sampled_from(["stored", "not storable", "lost", "future-dated"]),
)


class Teller:
    """Answers batches as the collector does, and writes down what it told."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.said: dict[tuple[int, str], set[str]] = defaultdict(set)
        self.stored: dict[int, set[str]] = defaultdict(set)

    def batch(self, moves: list[tuple[int, str, str]]) -> None:
        claimed = [(sequence, of, fate) for sequence, of, fate in moves if self.arrives(sequence, of, fate)]
        for sequence, of, fate in claimed:
            if fate == "lost":
                break  # the store fails for good, and with it the rest of the batch
            self.ends(sequence, of, fate)
        self.answers.release_all()

    def arrives(self, sequence: int, of: str, fate: str) -> bool:
        known = self.answers.recall(key(sequence), of)
        if isinstance(known, Refusing):
            self.said[sequence, of].add(known.reason)
        elif known is Known.STORED:
            self.said[sequence, of].add("stored")
        elif known is Known.NOTHING:
            if fate == "future-dated":
                self.refuse(sequence, of, Refusal.FUTURE_DATED)
            elif self.answers.claim(key(sequence), of):
                return True
            else:
                self.refuse(sequence, of, Refusal.CONFLICT)
        return False

    def ends(self, sequence: int, of: str, fate: str) -> None:
        if fate == "not storable":
            self.refuse(sequence, of, Refusal.NOT_STORABLE)
        else:
            self.answers.stored(key(sequence))
            self.said[sequence, of].add("stored")
            self.stored[sequence].add(of)

    def refuse(self, sequence: int, of: str, reason: Refusal) -> None:
        self.answers.refused(key(sequence), refusing(sequence, of, reason))
        self.said[sequence, of].add(reason)


@given(st.lists(st.lists(MOVES, max_size=6), max_size=12))
def test_whatever_happens_answers_never_contradict(batches: list[list[tuple[int, str, str]]]) -> None:
    teller = Teller()
    for moves in batches:
        teller.batch(moves)
    assert all(len(heard) == 1 for heard in teller.said.values()), teller.said
    assert all(len(versions) == 1 for versions in teller.stored.values()), teller.stored
