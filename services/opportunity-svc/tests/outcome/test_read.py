"""What was won and lost, why, against whom and at which discount, over HTTP, on a real log."""

from typing import Any

from floor import SERVER, Floor, file, good, seen

FIVE = {"product": "SERVER", "quantity": "1", "discount": "0.05"}


async def outcomes(floor: Floor, **asked: Any) -> dict[tuple[str | None, str | None], dict[str, Any]]:
    """The report, by what it is counted by and the currency."""
    return {(row["what"], row["currency"]): row for row in (await seen(floor.nat, "/reports/win-loss", **asked))["data"]}


async def won_and_lost(floor: Floor, **asked: Any) -> dict[str | None, tuple[int, int]]:
    """How many over all currencies, by what it is counted by."""
    return {what: (row["won"], row["lost"]) for (what, currency), row in (await outcomes(floor, **asked)).items() if not currency}


async def imported(floor: Floor, key: str, status: str, value: int, closed: str, currency: str = "USD") -> None:
    body = {
        "company": "Acme", "product": "SERVER", "owner": "ann", "status": status, "value": {"amount": value, "currency": currency},
        "engaged_on": None, "closed_on": closed,
    }  # fmt: skip
    await good(floor.mia, f"/past-opportunities/{key}", body)


async def ended(floor: Floor) -> None:
    """Two won, one lost to a competitor, one not bid for, one not let in, one cancelled, one open, and two of another system."""
    deals = [await floor.deal(number, manager="bob" if number == 2 else "ann") for number in range(1, 8)]
    for deal in deals[:3]:
        await good(floor.ann, f"/opportunities/{deal}/competitors", {"code": "Rival", "strategy": "Be there first"})
    await floor.won(deals[0], SERVER)
    await floor.won(deals[1], FIVE)
    await floor.lost(deals[2], reason="competitor", competitor="Other")
    await good(floor.ann, f"/opportunities/{deals[3]}/decline", {"how": "no_bid", "reason": "terms", "note": "No"})
    await good(floor.ann, f"/opportunities/{deals[4]}/decline", {"how": "not_admitted", "reason": "thin_margin", "note": "No"})
    await good(floor.ann, f"/opportunities/{deals[5]}/cancel", {"reason": "duplicate", "note": "No"})
    await imported(floor, "crm:1", "won", 300_000, "2017-01-11")
    await imported(floor, "crm:2", "lost", 100_000, "2017-02-11")
    await imported(floor, "crm:3", "lost", 700, "2017-02-11", "CNY")


async def test_won_lost_and_not_bid_for_are_counted_by_count_and_by_value(floor: Floor) -> None:
    await ended(floor)
    found = await outcomes(floor)
    assert list(found) == [(None, None), (None, "CNY"), (None, "USD")]
    whole, usd = found[None, None], found[None, "USD"]
    assert [whole[name] for name in ("won", "lost", "no_bid", "not_admitted", "cancelled")] == [3, 3, 1, 1, 1]
    assert (whole["imported_won"], whole["imported_lost"], whole["win_rate"]) == (1, 2, "0.5000")
    assert (whole["won_value"], whole["win_rate_by_value"]) == (None, None), "amounts of two currencies are not added up"
    assert (usd["won"], usd["lost"], usd["win_rate"]) == (3, 2, "0.6000")
    assert (usd["won_value"], usd["lost_value"], usd["no_bid_value"]) == (90_000 + 95_000 + 300_000, 600_000, 500_000)
    assert usd["win_rate_by_value"] == "0.4470"


async def test_own_deals_and_those_of_other_systems_are_told_apart_and_by_their_day(floor: Floor) -> None:
    await ended(floor)
    assert (await outcomes(floor, origin="own"))[None, None]["win_rate"] == "0.6667"
    assert (await outcomes(floor, origin="imported"))[None, None]["win_rate"] == "0.3333"
    then = await outcomes(floor, closed_from="2017-02-01", closed_to="2017-12-31", by="month")
    assert {key: row["lost"] for key, row in then.items()} == {("2017-02", None): 2, ("2017-02", "CNY"): 1, ("2017-02", "USD"): 1}
    assert list(await outcomes(floor, by="quarter", closed_to="2017-12-31")) == [
        ("2017-Q1", None), ("2017-Q1", "CNY"), ("2017-Q1", "USD")
    ]  # fmt: skip
    assert await outcomes(floor, closed_to="2016-12-31") == {}


async def test_outcomes_are_counted_by_manager_way_team_and_territory(floor: Floor) -> None:
    for code, members in (("east", ["ann"]), ("north", ["ann", "bob"])):
        await good(floor.mia, f"/teams/{code}", {"territory": "CN", "lead": members[0], "members": members})
    await ended(floor)
    by_manager = await outcomes(floor, by="account_manager", origin="own")
    assert {what: (row["won"], row["lost"]) for (what, currency), row in by_manager.items() if currency} == {"ann": (1, 1), "bob": (1, 0)}
    assert await won_and_lost(floor, by="team") == {"east": (1, 1), "north": (2, 1), None: (1, 2)}, (
        "who is in two teams counts in both; the teams of 2017 are not known"
    )
    assert await won_and_lost(floor, by="territory") == {"CN": (2, 1), None: (1, 2)}, "and once in their territory"
    by_way = await outcomes(floor, by="pipeline")
    assert (by_way["light", "USD"]["won"], by_way[None, "USD"]["imported_won"]) == (2, 1)
    assert (await outcomes(floor, by="profile", profile="light"))["light", None]["won"] == 2
    assert await outcomes(floor, pipeline="project") == {}


async def test_a_deal_counts_for_the_team_that_its_manager_was_in_on_that_day(floor: Floor) -> None:
    await good(floor.mia, "/teams/east", {"lead": "ann", "members": ["ann"]})
    await floor.lost(await floor.deal(1))
    await floor.lost(await floor.deal(2), lost_on="2020-01-01")
    assert await won_and_lost(floor, by="team") == {"east": (0, 1), None: (0, 1)}


async def test_reasons_are_counted_by_how_a_deal_ended(floor: Floor) -> None:
    await ended(floor)
    rows = (await seen(floor.nat, "/reports/win-loss/reasons"))["data"]
    assert [(row["outcome"], row["reason"], row["deals"], row["imported"]) for row in rows if row["currency"] is None] == [
        ("cancelled", "duplicate", 1, 0),
        ("lost", None, 2, 2),
        ("lost", "competitor", 1, 0),
        ("no_bid", "terms", 1, 0),
        ("not_admitted", "thin_margin", 1, 0),
    ]
    (lost,) = [row for row in rows if (row["reason"], row["currency"]) == ("competitor", "USD")]
    assert lost["value"] == 500_000


async def test_against_each_competitor_it_is_counted_where_they_were_met_and_who_won(floor: Floor) -> None:
    await ended(floor)
    rows = (await seen(floor.nat, "/reports/win-loss/competitors"))["data"]
    said = {row["competitor"]: row for row in rows if row["currency"] == "USD"}
    assert {name: [row[key] for key in ("met", "won", "lost", "lost_to")] for name, row in said.items()} == {
        "Other": [1, 0, 1, 1],
        "Rival": [3, 2, 1, 0],
    }
    assert (said["Rival"]["win_rate"], said["Rival"]["win_rate_by_value"], said["Other"]["lost_to_value"]) == ("0.6667", "0.2701", 500_000)


async def test_reports_are_paged_and_taken_as_files_in_which_nothing_runs(floor: Floor) -> None:
    await ended(floor)
    first = await seen(floor.nat, "/reports/win-loss", limit=1)
    second = await seen(floor.nat, "/reports/win-loss", limit=2, cursor=first["next_cursor"])
    assert [row["currency"] for row in (*first["data"], *second["data"])] == [None, "CNY", "USD"]
    lines = await file(floor.nat, "/reports/win-loss", by="account_manager")
    assert lines[0].startswith("what,currency,won,lost,no_bid")
    assert lines[-1].startswith("bob,USD,1,0,")
    for path in ("/reports/win-loss/reasons", "/reports/win-loss/competitors", "/reports/discount-leakage", "/lessons", "/pipeline/ageing"):
        assert len(await file(floor.nat, path)) > 1, path
    sheet = await floor.nat.get(
        "/reports/win-loss", headers={"accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    )
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")


async def test_leakage_is_what_of_the_list_price_was_not_got_and_who_had_to_allow_it(floor: Floor) -> None:
    await ended(floor)
    (row,) = (await seen(floor.nat, "/reports/discount-leakage"))["data"]
    assert row == {
        "what": None, "currency": "USD", "deals": 2, "listed": 200_000, "net": 185_000, "leaked": 15_000, "leakage": "0.0750",
        "outside_authority": 10_000, "outside_authority_deals": 1, "outside_authority_share": "0.6667",
    }  # fmt: skip
    by = (await seen(floor.nat, "/reports/discount-leakage", by="account_manager"))["data"]
    assert [(row["what"], row["leakage"], row["outside_authority_share"]) for row in by] == [
        ("ann", "0.1000", "1.0000"), ("bob", "0.0500", "0.0000")
    ]  # fmt: skip
    assert [row["what"] for row in (await seen(floor.nat, "/reports/discount-leakage", by="price_book"))["data"]] == ["list"]
    assert (await seen(floor.nat, "/reports/discount-leakage", closed_to="2020-01-01"))["data"] == []


async def test_where_more_than_list_is_charged_nothing_leaks(floor: Floor) -> None:
    await floor.won(await floor.deal(), {**SERVER, "discount": "-0.1"})
    (row,) = (await seen(floor.nat, "/reports/discount-leakage"))["data"]
    assert (row["leaked"], row["leakage"], row["outside_authority_share"]) == (-10_000, "-0.1000", None)
