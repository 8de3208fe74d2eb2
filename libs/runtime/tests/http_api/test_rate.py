"""How often somebody may come."""

from hypothesis import given
from hypothesis import strategies as st
from ltc_runtime.http.rate_limit import RateLimiter


def test_a_minutes_worth_may_come_at_once_and_then_as_time_goes_by() -> None:
    rate = RateLimiter()
    assert [rate.take("a", 2, 0.0) for _ in range(3)] == [0.0, 0.0, 30.0]
    assert 0 < rate.take("a", 2, 29.0) < 2
    assert rate.take("a", 2, 31.0) == 0.0
    assert rate.take("b", 2, 30.0) == 0.0


def test_however_many_come_few_are_remembered_and_who_came_last_is() -> None:
    rate = RateLimiter(names=3)
    for name in range(100):
        rate.take(name, 1, 0.0)
    assert len(rate) == 3
    assert rate.take(99, 1, 0.0) > 0


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 20))
def test_in_no_minute_come_more_than_twice_a_minutes_worth(pauses: list[float], per_minute: int) -> None:
    rate, now, came = RateLimiter(), 0.0, []
    for pause in pauses:
        now += pause
        if rate.take("a", per_minute, now) == 0:
            came.append(now)
    for begin in came:
        assert sum(begin <= at < begin + 60 for at in came) <= 2 * per_minute
