"""Receipts over HTTP, on a real log."""

from uuid import UUID

from billing_world import World, money


async def test_one_receipt_pays_several_invoices_and_one_in_parts(world: World) -> None:
    contract = await world.plan()
    await world.accept(contract)
    advance, part = await world.invoices(contract_id=contract)
    assert [(each["number"], each["status"], each["open"]) for each in (advance, part)] == [
        ("ACME-000001", "open", money(35_70)),
        ("ACME-000002", "open", money(41_65)),
    ]
    receipt = await world.receive(50_00)
    answer = await world.apply(receipt, (advance["invoice_id"], 35_70), (part["invoice_id"], 10_00))
    assert answer.status_code == 200, answer.text
    shown = (await world.nat.get(f"/receipts/{receipt}")).json()
    assert (shown["status"], shown["unapplied"]) == ("partly_applied", money(4_30))
    assert sorted(each["amount"]["amount"] for each in shown["applications"]) == [10_00, 35_70]
    [settled] = await world.invoices(status="settled")
    [partly] = await world.invoices(status="partly_paid")
    assert (settled["number"], settled["open"]) == ("ACME-000001", money(0))
    assert (partly["number"], partly["paid"], partly["open"]) == ("ACME-000002", money(10_00), money(31_65))

    rest = await world.receive(31_65)
    assert (await world.apply(rest, (part["invoice_id"], 31_65))).status_code == 200
    invoice = (await world.nat.get(f"/invoices/{part['invoice_id']}")).json()
    assert (invoice["status"], invoice["taxes"]) == ("settled", [{"rate": "0.19", "net": money(35_00), "tax": money(6_65)}])
    assert {each["receipt_id"] for each in invoice["applications"]} == {receipt, rest}
    assert (await world.nat.get(f"/receipts/{rest}")).json()["status"] == "applied"

    plan = (await world.nat.get(f"/plans/{contract}")).json()
    assert [(each["amount"], each["billed"], each["billed_gross"], each["paid"]) for each in plan["lines"]] == [
        (money(30_00), money(30_00), money(35_70), money(35_70)),
        (money(70_00), money(35_00), money(41_65), money(41_65)),
    ]
    assert [each["number"] for each in plan["invoices"]] == ["ACME-000001", "ACME-000002"]
    assert (await world.nat.get("/totals")).json()["data"] == [
        {"currency": "USD", "billed_net": 65_00, "billed": 77_35, "paid": 77_35, "open": 0, "received": 81_65, "unapplied": 4_30}
    ]


async def test_more_than_there_is_is_refused(world: World) -> None:
    [advance] = await world.invoices(contract_id=await world.plan())
    receipt = await world.receive(20_00)
    answer = await world.apply(receipt, (advance["invoice_id"], 35_71))
    assert (answer.status_code, answer.json()["detail"]) == (409, "Of invoice ACME-000001 only 35.70 USD is open, not 35.71 USD.")
    answer = await world.apply(receipt, (advance["invoice_id"], 20_01))
    assert (answer.status_code, answer.json()["code"]) == (409, "more-than-unapplied")
    answer = await world.apply(receipt, (str(UUID(int=99)), 1))
    assert (answer.status_code, answer.json()["code"]) == (409, "no-invoice-to-pay")
    euros = await world.receive(20_00, "EUR")
    answer = await world.apply(euros, (advance["invoice_id"], 20_00))
    assert (answer.status_code, answer.json()["code"]) == (409, "invoice-in-other-currency")
    assert (await world.nat.get("/totals")).json()["data"] == [
        {"currency": "EUR", "billed_net": 0, "billed": 0, "paid": 0, "open": 0, "received": 20_00, "unapplied": 20_00},
        {"currency": "USD", "billed_net": 30_00, "billed": 35_70, "paid": 0, "open": 35_70, "received": 20_00, "unapplied": 20_00},
    ]


async def test_moving_money_needs_a_key_and_happens_once_under_it(world: World) -> None:
    [advance] = await world.invoices(contract_id=await world.plan())
    body = {"amount": money(50_00), "remitter": "Acme"}
    answer = await world.fin.post("/receipts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    first, again = [await world.fin.post("/receipts", json=body, headers={"idempotency-key": '"r"'}) for _ in range(2)]
    assert first.json() == again.json()
    receipt = first.json()["receipt_id"]
    pay = {"payments": [{"invoice_id": advance["invoice_id"], "amount": money(20_00)}]}
    path = f"/receipts/{receipt}/applications"
    assert (await world.fin.post(path, json=pay)).status_code == 400
    first, again = [await world.fin.post(path, json=pay, headers={"idempotency-key": '"p"'}) for _ in range(2)]
    assert first.json() == again.json()
    assert (await world.nat.get(f"/receipts/{receipt}")).json()["unapplied"] == money(30_00)


async def test_only_finance_moves_money(world: World) -> None:
    answer = await world.nat.post("/receipts", json={"amount": money(1), "remitter": "Acme"}, headers={"idempotency-key": '"x"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_bad_input_is_told_apart_from_refusals(world: World) -> None:
    assert (await world.post("/receipts", {"amount": money(0), "remitter": "Acme"})).json()["code"] == "nothing-received"
    for body in (
        {"amount": {"amount": 1.0, "currency": "USD"}, "remitter": "Acme"},
        {"amount": {"amount": 10**16, "currency": "USD"}, "remitter": "Acme"},
        {"amount": money(1), "remitter": ""},
        {"amount": money(1), "remitter": "Acme", "payer": "x"},
    ):
        assert (await world.post("/receipts", body)).status_code == 422, body
    assert (await world.post(f"/receipts/{UUID(int=1)}/applications", {"payments": []})).status_code == 422
    assert (await world.apply(str(UUID(int=99)), (str(UUID(int=1)), 1))).status_code == 404
    assert (await world.nat.get(f"/invoices/{UUID(int=99)}")).status_code == 404
    assert (await world.nat.get(f"/receipts/{UUID(int=99)}")).status_code == 404
    assert (await world.nat.get(f"/plans/{UUID(int=99)}")).status_code == 404
    assert (await world.nat.get("/receipts", params={"reference": "nobody wrote this"})).json()["data"] == []


async def test_a_payment_and_an_application_happen_today_or_before(world: World) -> None:
    never = "2999-01-01"
    receipt = await world.receive(50_00)
    answer = await world.post("/receipts", {"amount": money(1), "remitter": "Acme", "value_date": never})
    assert (answer.status_code, answer.json()["code"]) == (409, "day-in-the-future")
    [advance] = await world.invoices(contract_id=await world.plan())
    payments = [{"invoice_id": advance["invoice_id"], "amount": money(1)}]
    answer = await world.post(f"/receipts/{receipt}/applications", {"payments": payments, "applied_on": never})
    assert (answer.status_code, answer.json()["code"]) == (409, "day-in-the-future")
