"""What of a topic shows that a log lost what it told; and what was only put there by somebody else."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from ltc_runtime.messaging.cloudevents import Envelope
from ltc_runtime.messaging.topic_check import newest_of
from ltc_runtime.messaging.topic_start import last_of

LOG = UUID(int=1)
NEVER = 10**15


def told(position: int, prev: int, event: int | None = None) -> Envelope:
    """An event at this position, behind that one."""
    number = event or position
    at = datetime(2026, 11, 28, tzinfo=UTC)
    return Envelope(
        "shop-svc", LOG, position, prev, 0, number.to_bytes(32, "big"), UUID(int=number), "ltc.shop.basket-opened.v1", "basket",
        UUID(int=9), 1, at, UUID(int=5), None, None, b"{}",
    )  # fmt: skip


def chain(count: int) -> list[Envelope]:
    """What one log told in one partition: every second of its events."""
    return [told(2 * number, 2 * number - 2) for number in range(1, count + 1)]


def held(some: list[Envelope]) -> dict[int, tuple[UUID, bytes]]:
    return {each.position: (each.event_id, each.hash) for each in some}


def test_the_newest_event_of_a_sound_log_is_the_last_it_told() -> None:
    assert newest_of(chain(5), held(chain(5)), whole=True) == chain(5)[-1]
    assert newest_of([], {}, whole=True) is None


def test_what_a_restored_log_lost_is_seen_by_its_last_event() -> None:
    assert newest_of(chain(5), held(chain(3)), whole=True) == chain(5)[-1]


def test_a_log_restored_from_before_its_first_event_is_seen() -> None:
    assert newest_of(chain(2), {}, whole=True) == chain(2)[-1]


def test_a_log_that_went_on_otherwise_after_it_was_restored_is_seen() -> None:
    otherwise = [*chain(3), told(8, 6, event=88), told(10, 8, event=99)]
    assert newest_of(chain(5), held(otherwise), whole=True) == chain(5)[-1]


def test_where_nothing_that_is_looked_at_is_held_what_lies_there_is_believed() -> None:
    assert newest_of(chain(900)[-100:], held(chain(3)), whole=False) == chain(900)[-1]


def test_a_log_that_lost_events_is_seen_though_some_were_told_twice() -> None:
    repeated = [*chain(4), chain(4)[1], chain(4)[2], chain(4)[3], chain(4)[0]]
    assert newest_of(repeated, held(chain(2)), whole=True) == chain(4)[-1]


def test_a_claim_that_nothing_leads_to_is_nobodys() -> None:
    forged = told(NEVER, NEVER - 1)
    assert newest_of([*chain(3), forged], held(chain(3)), whole=True) == chain(3)[-1]
    assert newest_of([forged], {}, whole=True) is None


def test_another_event_in_the_place_of_one_that_was_told_is_nobodys() -> None:
    forged = told(4, 2, event=77)
    assert newest_of([*chain(3), forged], held(chain(3)), whole=True) == chain(3)[-1]


def test_a_claim_that_fits_is_forged_if_the_log_told_on_behind_it() -> None:
    forged = told(NEVER, 6)
    assert newest_of([*chain(3), forged, *chain(5)[3:]], held(chain(5)), whole=True) == chain(5)[-1]


@given(st.integers(1, 12), st.data())
def test_no_claims_that_do_not_fit_hide_what_was_lost_or_make_a_loss_of_nothing(count: int, data: st.DataObject) -> None:
    lost = data.draw(st.integers(0, count - 1))
    true, left = chain(count), chain(count - lost)
    said = list(true)
    for index in sorted(data.draw(st.sets(st.integers(0, count))), reverse=True):
        said.insert(index, told(NEVER + index, NEVER - 1, event=1000 + index))
    assert newest_of(said, held(left), whole=True) == true[-1]


def test_history_of_a_topic_ends_with_what_its_teller_told_last_and_not_with_the_highest_claim() -> None:
    forged = told(NEVER, NEVER - 1)
    assert last_of([*chain(3)[1:], forged, *chain(3)[1:]]) == 6
    assert last_of([forged, *chain(3)]) == 6
    assert last_of([told(9, 7)]) == 9
