"""An estimate whose total is too large, over HTTP."""

from floor import Floor
from too_large import too_large


async def test_an_estimate_whose_months_come_to_too_much_is_refused_by_name(floor: Floor) -> None:
    deal, most = await floor.deal(), {"amount": 10**15, "currency": "USD"}
    months = [{"month": f"2027-0{month}", "inflow": most, "outflow": most} for month in (1, 2)]
    body = {"revenue": most, "costs": [{"category": "hardware", "amount": most}], "cash": months, "assumptions": "None"}
    assert too_large(await floor.ann.post(f"/opportunities/{deal}/estimate", json=body))["what"] == "What comes in"
