"""Findings over HTTP."""

from deal_world import BUYER, World, world

__all__ = ["world"]


async def test_the_decision_chain_is_sealed_mapped_and_forgotten(world: World) -> None:
    deal = await world.deal()
    await world.do("ann", f"{deal}/decision-chain", BUYER)
    await world.do(
        "ann", f"{deal}/decision-chain", {**BUYER, "code": "head", "role": "user_buyer", "attitude": "unknown", "reports_to": "cfo"}
    )
    nobody = await world.refused("ann", f"{deal}/decision-chain", {**BUYER, "code": "x", "reports_to": "ceo"})
    assert nobody["code"] == "unknown-finding"
    chain = await world.look("sam", f"{deal}/decision-chain")
    seats = [(seat["seat"], seat["name"], seat["reports_to"]) for seat in chain["data"]]
    assert seats == [("cfo", "Jo Doe", None), ("head", "Jo Doe", "cfo")]
    assert chain["unclear"] == ["what head thinks of us"]
    for reader, sees in (("sam", True), ("nat", False)):
        assert ("Jo Doe" in str(await world.look(reader, f"{deal}/history"))) is sees, "names are for those who work on the deal"
    kept = str(await world.served.log.pool.fetch("SELECT data::text, content::text FROM log, read.deal_finding"))
    assert "Jo Doe" not in kept  # whole: two letters of it may stand in what is sealed, by chance
    forget = f"{deal}/people/{chain['data'][0]['subject_id']}/forget"
    await world.do("leo", forget)
    assert [seat["name"] for seat in (await world.look("sam", f"{deal}/decision-chain"))["data"]] == [None, "Jo Doe"]
    assert (await world.refused("leo", forget))["code"] == "unknown-member"


async def test_findings_are_noted_anew_struck_and_listed(world: World) -> None:
    deal = await world.deal()
    await world.do("sam", f"{deal}/requirements", {"code": "R1", "text": "Quiet"})
    await world.do("sam", f"{deal}/requirements", {"code": "R1", "text": "Quiet", "compliance": "full"})
    await world.do("sam", f"{deal}/pocs", {"code": "POC1", "scope": "One pump for a week"})
    found = (await world.look("nat", f"{deal}/findings"))["data"]
    assert [(each["kind"], each["code"], each["noted_by"]) for each in found] == [("poc", "POC1", "sam"), ("requirement", "R1", "sam")]
    assert found[1]["content"]["compliance"] == "full"
    await world.do("sam", f"{deal}/findings/strike", {"kind": "poc", "code": "POC1"})
    assert (await world.refused("sam", f"{deal}/findings/strike", {"kind": "poc", "code": "POC1"}))["code"] == "unknown-finding"
    assert len((await world.look("nat", f"{deal}/findings", kind="requirement"))["data"]) == 1
