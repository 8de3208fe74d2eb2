"""Pipelines over HTTP."""

from deal_world import World, world
from opportunity_svc.pipeline.rules import LIGHT, PROJECT

__all__ = ["world"]


async def test_pipelines_are_drafted_previewed_and_activated_and_running_deals_keep_theirs(world: World) -> None:
    running = await world.deal(1)
    await world.do("ann", f"{running}/stage", {"stage": "proposing"})
    stages = [stage.model_dump(mode="json") for stage in LIGHT.stages]
    stages[1]["criteria"] = [{"check": "pain_confirmed"}, {"check": "form_filled", "form": "vision"}]
    await world.do("mia", "/pipelines/light", {"name": "Stricter", "profile": "light", "stages": stages})
    preview = await world.look("mia", "/pipelines/light/1/preview")
    assert (preview["deals"], preview["failing"]) == (1, 1)
    assert [each["criterion"] for each in preview["data"][0]["unmet"]] == ["pain_confirmed", "form_filled"]
    assert (await world.refused("mia", "/pipelines/light/2/activate"))["code"] == "unknown-pipeline"
    await world.do("mia", "/pipelines/light/1/activate")
    shown = await world.look("nat", "/pipelines/light")
    assert [(row["version"], row["status"]) for row in shown["data"]] == [(1, "live"), (0, "retired")]
    await world.do("ann", f"{running}/stage", {"stage": "closing"})
    assert (await world.refused("ann", f"{running}/pipeline", {"pipeline": "project"}))["code"] == "deal-under-way"
    new = await world.deal(2)
    row = await world.look("nat", new)
    assert (row["pipeline_version"], row["stage"]) == (1, "verifying")
    stuck = await world.refused("ann", f"{new}/stage", {"stage": "proposing"})
    assert [each["needs"] for each in stuck["unmet"]] == ["a pain the customer confirmed", "a form that is filled in: vision"]
    two_names = {"name": "x", "profile": "light", "stages": [stages[0], stages[0]]}
    assert (await world.refused("mia", "/pipelines/light", two_names))["code"] == "pipeline-unsound"
    gateless = {"name": "x", "profile": "project", "stages": stages}
    assert (await world.refused("mia", "/pipelines/mine", gateless))["code"] == "pipeline-unsound"


async def test_several_pipelines_run_side_by_side_twenty_10454(world: World) -> None:
    """Twenty CRM #10454: there was one pipeline only."""
    partners = {"name": "Partners", "profile": "light", "stages": [{"code": "intro", "name": "Introduction", "probability": "0.4"}]}
    await world.do("mia", "/pipelines/partners", partners)
    assert (await world.refused("ann", f"{await world.deal(9)}/pipeline", {"pipeline": "partners"}))["code"] == "unknown-pipeline"
    await world.do("mia", "/pipelines/partners/1/activate")
    await world.deal(1)
    await world.deal(2, pipeline="project")
    await world.deal(3, pipeline="partners")
    board = (await world.look("nat", "/pipeline/board"))["data"]
    assert [(each["pipeline"], each["stage"], each["deals"], each["weighted"]["amount"]) for each in board] == [
        ("light", "verifying", 2, 100_000), ("partners", "intro", 1, 200_000), ("project", "verifying", 1, 50_000),
    ]  # fmt: skip
    found = await world.look("nat", "/opportunities", pipeline="partners")
    assert [row["company"] for row in found["data"]] == ["Acme 3"]
    ranked = (await world.look("nat", "/pipeline/priorities"))["data"]
    assert [(each["rank"], each["company"]) for each in ranked][:2] == [(1, "Acme 3"), (2, "Acme 1")]


async def test_the_built_in_pipelines_are_read_like_any_other(world: World) -> None:
    shown = (await world.look("nat", "/pipelines"))["data"]
    assert {row["code"]: row["pipeline"]["name"] for row in shown} == {"light": LIGHT.name, "project": PROJECT.name}
    assert (await world.people["nat"].get("/pipelines/none")).status_code == 404
