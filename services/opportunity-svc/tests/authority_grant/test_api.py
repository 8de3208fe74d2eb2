"""Authority grants over HTTP."""

from quote_world import GRANT, World, done, refused, world

__all__ = ["world"]


async def test_authority_taken_back_no_longer_counts(world: World) -> None:
    quote = await world.quote(await world.deal())
    await done(world.ann, f"/quotes/{quote}/submit")
    await done(world.max, "/authority-grants/mia/revoke")
    seen = {"quote_hash": (await world.shown(quote))["quote_hash"]}
    assert await refused(world.mia, f"/quotes/{quote}/approve", seen) == (409, "beyond-authority")
    assert await refused(world.max, "/authority-grants/mia/revoke") == (404, "nothing-granted")
    (grant,) = (await world.nat.get("/authority-grants", params={"user": "mia"})).json()["data"]
    assert (grant["revoked"], grant["revoked_by"], grant["max_discount"]) == (True, "max", "0.300000")


async def test_authority_is_shown_changed_and_taken_back_on_the_version_that_was_seen(world: World) -> None:
    shown = await world.max.get("/authority-grants/mia")
    assert (shown.headers["ETag"], shown.json()["user"]) == ('"1"', "mia")
    assert shown.json()["actions"] == ["grant_authority", "revoke_authority"]
    in_yuan = {**GRANT, "max_amount": {"amount": 500, "currency": "CNY"}}
    granted = await world.max.post("/authority-grants/mia", json=in_yuan, headers={"If-Match": shown.headers["ETag"]})
    assert (granted.status_code, granted.headers["ETag"]) == (204, '"2"')
    late = await world.max.post("/authority-grants/mia/revoke", headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert (await world.max.post("/authority-grants/mia/revoke", headers={"If-Match": '"2"'})).status_code == 204
    after = await world.max.get("/authority-grants/mia")
    assert after.headers["ETag"] == '"3"'
    assert [(grant["max_amount"]["currency"], grant["revoked"]) for grant in after.json()["grants"]] == [("CNY", True), ("USD", True)]
    assert after.json()["actions"] == ["grant_authority"]
    history = (await world.nat.get("/authority-grants/mia/history")).json()["data"]
    assert [each["type"] for each in history] == ["ltc.opportunity.authority-granted.v1"] * 2 + ["ltc.opportunity.authority-revoked.v1"]
    for path in ("/authority-grants/nobody", "/authority-grants/nobody/history"):
        answer = await world.nat.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "nobody-granted")


async def test_nobody_grants_authority_to_themselves(world: World) -> None:
    assert await refused(world.mia, "/authority-grants/mia", GRANT) == (409, "grant-to-oneself")
