"""Configuration rules over HTTP."""

from cpq_desk import RACK, SERVER, Desk, desk, good, seen

__all__ = ["desk"]

RULES = {"rules": [{"name": "A server needs a rack", "kind": "requires", "product": "SERVER", "any_of": ["RACK"]}]}


async def test_what_does_not_go_together_is_tried_shown_and_cannot_be_submitted_frappe_580_twenty_21682(desk: Desk) -> None:
    # Frappe CRM #580, Twenty #21682: a deal has products, line by line, and they must fit.
    deal = await desk.deal()
    quote = await desk.quote(deal, SERVER)
    await good(desk.mia, "/rule-books/configuration", RULES)
    preview = await seen(desk.ann, "/rule-books/configuration/1/preview")
    assert (preview["judged"], [each["quote_id"] for each in preview["broken"]]) == (1, [quote])
    assert (await good(desk.ann, "/rule-books/configuration/check", {"lines": [{"product": "SERVER", "quantity": "1"}]}))["version"] is None
    await good(desk.mia, "/rule-books/configuration/1/activate")
    found = await good(desk.ann, "/rule-books/configuration/check", {"lines": [{"product": "SERVER", "quantity": "1"}]})
    assert (found["version"], found["violations"][0]["remedy"]) == (1, "add RACK, or take SERVER out")
    answer = await desk.ann.post(f"/quotes/{quote}/submit")
    assert (answer.status_code, answer.json()["code"]) == (409, "configuration-invalid")
    assert answer.json()["violations"][0]["lines"] == [1]
    await good(desk.ann, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [SERVER, RACK]})
    await good(desk.ann, f"/quotes/{quote}/submit")
    assert (await seen(desk.ann, f"/quotes/{quote}"))["configuration_version"] == 1
    assert (await seen(desk.ann, "/rule-books/configuration?status=live"))["data"][0]["activated_by"] == "mia"
