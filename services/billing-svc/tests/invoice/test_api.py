"""Invoices over HTTP, on a real log."""

from billing_world import World


async def test_invoices_of_several_deals_share_a_series_and_keep_their_deals(world: World) -> None:
    first, second = await world.plan(1), await world.plan(2)
    assert [each["number"] for each in await world.invoices()] == ["ACME-000001", "ACME-000002"]
    deals = set()
    for contract in (first, second):
        [invoice] = await world.invoices(contract_id=contract)
        history = (await world.nat.get(f"/invoices/{invoice['invoice_id']}/history")).json()["data"]
        plan = (await world.nat.get(f"/plans/{contract}/history")).json()["data"]
        assert history[0]["correlation_id"] == plan[0]["correlation_id"]
        deals.add(history[0]["correlation_id"])
    assert len(deals) == 2


async def test_lists_go_page_by_page(world: World) -> None:
    for number in range(1, 6):
        await world.plan(number)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await world.nat.get("/invoices", params={"limit": "2", **cursor})).json()
        seen += [each["number"] for each in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == [f"ACME-{number:06}" for number in range(1, 6)]
    assert len((await world.nat.get("/plans", params={"limit": "3"})).json()["data"]) == 3
