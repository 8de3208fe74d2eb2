"""The arithmetic of the figures: growth, quantiles, and a company-year from what was measured."""

import pytest
from order_svc.order.rules import Over, decide, decider

from benchmarks.company import (
    CONTRACTS,
    HEARD_PER_CONTRACT,
    LINES,
    ORDER_LINES,
    OWN_PER_CONTRACT,
    ROWS_PER_CONTRACT,
    YEAR_ROWS,
    Measured,
    at_year,
    bent,
)
from benchmarks.kafka_down import p50, share
from benchmarks.orders import Deal, Neighbour
from benchmarks.overload import Load, p99
from benchmarks.resident import settled, slope


def measured(rows: int, **other: float) -> Measured:
    return Measured(
        rows=rows, log_bytes=rows * 1000, index_bytes=rows * 300, read_bytes=rows * 500, fill=rows / 5000, rebuild=rows / 50_000,
        rebuild_megabytes=100.0, cold=1.5, first=20.0, relay=rows / 20_000, latencies={"orders": other.get("orders", 3.0)},
    )  # fmt: skip


def test_a_company_year_has_as_many_lines_as_its_orders() -> None:
    assert CONTRACTS * LINES == ORDER_LINES
    assert YEAR_ROWS == CONTRACTS * ROWS_PER_CONTRACT == 450_000


def test_a_year_is_extrapolated_from_the_largest_log() -> None:
    year = at_year([measured(1_000_000), measured(10_000)])
    assert year["log"] == pytest.approx(450_000_000)
    assert year["rebuild"] == pytest.approx(9.0)
    assert year["cold start"] == 1.5


def test_what_grows_with_the_log_is_named_and_what_stays_the_same_is_not() -> None:
    assert bent(measured(10_000), measured(100_000)) == {}
    assert bent(measured(10_000), measured(100_000, orders=30.0)) == {"orders ms": pytest.approx(10.0)}


def test_growth_is_megabytes_per_hundred_thousand_events() -> None:
    assert slope([(0, 100.0), (100_000, 105.0), (200_000, 110.0)]) == pytest.approx(5.0)
    assert slope([(0, 100.0), (50_000, 100.0)]) == 0
    assert slope([(10, 100.0)]) == slope([]) == 0


def test_growth_counts_from_when_caches_are_full() -> None:
    assert settled([(0, 1.0), (40, 2.0), (50, 3.0), (100, 4.0)]) == [(50, 3.0), (100, 4.0)]
    assert settled([]) == []


def test_shares_and_quantiles_of_what_was_accepted() -> None:
    load = Load(accepted=[number / 1000 for number in range(100)])
    load.failed["500"] += 25
    assert share(load) == 0.8
    assert p50(load) == 50
    assert p99(load.accepted) == 0.099
    assert share(Load()) == p50(Load()) == p99([]) == 0


def test_a_deal_is_as_many_rows_as_the_arithmetic_says_and_its_order_ends_accepted() -> None:
    deal, neighbour, order = Deal(1), Neighbour(), decider.initial
    signed, registered, closed = deal.told()
    heard = [neighbour.tell(event, deal.contract_id, version) for version, event in enumerate((signed, registered, closed), 1)]
    decided = []
    for command in deal.commands(registered):
        for event in decide(order, command):
            order = decider.evolve(order, event)
            decided.append(event)
    assert len(heard) == HEARD_PER_CONTRACT
    assert len(decided) == OWN_PER_CONTRACT
    assert order == Over("accepted in full")
    assert [row.origin_prev for row in heard] == [0, 1, 2]
