"""Accounts over HTTP."""

from typing import Any
from uuid import UUID

from lead_svc.party.rules import NoteParty
from lead_svc.service import service

PARTY = UUID(int=3)


async def test_an_account_is_described_and_shown(serve: Any) -> None:
    served = await serve(service)
    await served.decide(NoteParty(party_id=PARTY, company="Northwind"))
    async with served.client("ann", "sales") as ann, served.client("nat", "analyst") as nat:
        assert (await nat.get(f"/parties/{PARTY}/account")).status_code == 404
        body = {"legal_name": "Northwind Pumps Ltd", "address": "1 Harbour Road\nBristol", "country": "GB", "invoice_mail": "ap@n.example"}
        assert (await nat.post(f"/parties/{PARTY}/account", json=body)).status_code == 403
        assert (await ann.post(f"/parties/{PARTY}/account", json={**body, "country": "Britain"})).status_code == 422
        assert (await ann.post(f"/parties/{PARTY}/account", json=body)).status_code == 204
        assert (await ann.post(f"/parties/{UUID(int=4)}/account", json=body)).status_code == 404
        shown = (await nat.get(f"/parties/{PARTY}/account")).json()
        assert {name: shown[name] for name in body} == body
        assert (shown["tax_number"], shown["described_by"]) == (None, "ann")
