"""A billing plan over HTTP, on a real log."""

from importlib import import_module

import pytest
from billing_world import World


async def test_a_plan_is_shown_with_its_latest_invoices_and_all_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("billing_svc.plan.read"), "PREVIEW", 1)
    contract, other = await world.plan(1), await world.plan(2)
    await world.accept(contract)
    shown = (await world.nat.get(f"/plans/{contract}")).json()
    assert ([each["number"] for each in shown["invoices"]], shown["more_invoices"]) == (["ACME-000003"], True)
    assert [each["number"] for each in await world.invoices(contract_id=contract)] == ["ACME-000001", "ACME-000003"]
    assert (await world.nat.get(f"/plans/{other}")).json()["more_invoices"] is False
