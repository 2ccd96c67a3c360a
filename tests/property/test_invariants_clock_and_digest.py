"""That time orders nothing, and that a digest proves equality: invariants 11 and 12."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core import digest
from sync.core.audience import Line, Viewer, balance, next_line
from sync.core.change import Kind
from tests.property.histories import Step, complete, histories, take
from tests.property.worlds import Phone, World

YEAR_DAYS = 366.0


async def _answers(steps: list[Step], moves: list[float]) -> list[bytes]:
    """Let a history happen while the server's clock is moved before each step."""
    world = await World.make(viewers=2)
    phones = [Phone(world, viewer) for viewer in range(2)]
    for i, step in enumerate(steps):
        world.home.clock.move(moves[i % len(moves)])
        await take(world, phones, step)
    await complete(phones)
    for phone in phones:
        await phone.holds_what_it_should()
    return [answer for _, answer in world.answers]


@given(
    steps=histories(),
    moves=st.lists(st.sampled_from([-YEAR_DAYS, -1.0, 0.0, YEAR_DAYS]), min_size=1, max_size=5),
)
@settings(max_examples=60)
async def test_invariant_11_moving_a_clock_by_a_year_changes_no_order_and_no_checkpoint(
    steps: list[Step], moves: list[float]
) -> None:
    """Every answer is byte for byte what it is under a clock that stands."""
    assert await _answers(steps, moves) == await _answers(steps, [0.0])


lines = st.dictionaries(st.integers(0, 5).map(lambda i: UUID(int=i)), st.integers(1, 6))


def _digest(held: dict[UUID, int]) -> tuple[int, str]:
    return len(held), digest.text(sum(digest.line(i, seq) for i, seq in held.items()))


@given(one=lines, other=lines)
@settings(max_examples=300)
def test_invariant_12_digests_are_equal_exactly_when_the_sets_are(
    one: dict[UUID, int], other: dict[UUID, int]
) -> None:
    """Another record, another number of the same record, one more or one less all show."""
    assert (_digest(one) == _digest(other)) is (one == other)
    assert (_digest(one)[1] == _digest(other)[1]) is (one == other)


@given(held=lines.filter(bool), by=st.integers(1, 1 << 40))
def test_invariant_12_one_number_off_shows(held: dict[UUID, int], by: int) -> None:
    """A device that missed one change of one record has another digest."""
    record_id = min(held)
    assert _digest({**held, record_id: held[record_id] + by})[1] != _digest(held)[1]


@given(moves=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_invariant_12_the_digest_kept_with_each_line_is_that_of_all_lines(
    moves: list[tuple[int, bool]],
) -> None:
    """Bringing the digest up to date line by line never strays from the whole sum."""
    viewer = Viewer(viewer_id=UUID(int=1), party_id=None, role="holder")
    held: dict[UUID, Line] = {}

    for i, visible in moves:
        record_id = UUID(int=i)
        line = next_line(
            viewer,
            held.get(record_id),
            record_id=record_id,
            collection="notes",
            visible=visible,
        )
        if line is not None:
            held[record_id] = line
        else:
            assert not visible

    assert balance(held.values()) == (viewer.count, viewer.digest)
    seqs = {i: line.seq for i, line in held.items() if line.kind is Kind.PUT}
    assert _digest(seqs) == (viewer.count, digest.text(viewer.digest))
    assert max((line.seq for line in held.values()), default=0) == viewer.head
