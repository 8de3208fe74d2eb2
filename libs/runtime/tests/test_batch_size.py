"""What is taken at once is bounded by bytes, not only by number."""

from hypothesis import given
from hypothesis import strategies as st
from ltc_runtime.batch_size import BatchSize


def test_of_small_ones_as_many_are_taken_as_there_may_be() -> None:
    portion = BatchSize(500, 1_000_000)
    portion.took([200] * 50)
    assert portion.count == 500


def test_of_large_ones_fewer_are_taken() -> None:
    portion = BatchSize(500, 1_000_000)
    portion.took([16_000] * 50)
    assert portion.count == 62


def test_nothing_taken_says_nothing_of_their_size() -> None:
    portion = BatchSize(500, 1_000_000)
    portion.took([16_000])
    portion.took([])
    assert portion.count == 62


def test_before_their_size_is_known_few_are_taken() -> None:
    assert BatchSize(500, 1_000_000).count == 50
    assert BatchSize(3, 1_000_000).count == 1


@given(st.integers(1, 5000), st.integers(1, 10_000_000), st.lists(st.integers(0, 20_000_000), min_size=1, max_size=50))
def test_at_least_one_is_taken_and_as_many_of_that_size_are_no_more_than_so_many_bytes(most: int, size: int, taken: list[int]) -> None:
    portion = BatchSize(most, size)
    portion.took(taken)
    assert 1 <= portion.count <= most
    assert portion.count == 1 or portion.count * sum(taken) <= size * len(taken)
