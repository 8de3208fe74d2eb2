"""One request, one command; one that was refused did nothing, so another may be given in its place."""

from uuid import UUID, uuid4

import pytest
from desk import Client, SignOut, UnknownGuest, desk, events, guest
from ltc_runtime.http import Api, Handle
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import Log
from ltc_runtime.service import Feature, Service
from ltc_runtime.settings import Settings

again = Api("/again", stream=guest)


@again.act("/{guest_id}/refused-first", roles=("sales",), refuses=(UnknownGuest,))
async def refused_first(guest_id: UUID, handle: Handle) -> None:
    """Nobody of that id is there; then whoever is."""
    with pytest.raises(UnknownGuest):
        await handle(SignOut(guest_id=uuid4(), actor=handle.actor))
    return await handle(SignOut(guest_id=guest_id, actor=handle.actor))


@again.act("/{guest_id}/twice", roles=("sales",), refuses=(UnknownGuest,))
async def twice(guest_id: UUID, handle: Handle) -> None:
    """Two in one."""
    await handle(SignOut(guest_id=guest_id, actor=handle.actor))
    with pytest.raises(RuntimeError, match="one request, one command"):
        await handle(SignOut(guest_id=guest_id, actor=handle.actor))


async def test_another_command_is_given_after_a_refusal_and_none_after_one_that_took_effect(
    desk_log: Log, settings: Settings, issuer: Issuer
) -> None:
    more = Service("desk-svc", Feature(api=(*desk.apis, again), deciders=desk.deciders, projections=desk.projections))
    app = create_app(more, desk_log, settings)
    async with Client(app, issuer) as client:
        for how in ("refused-first", "twice"):
            path = (await client.guest()).replace("/guests/", "/again/")
            answer = await client.post(f"{path}/{how}", headers={**client.as_("sales"), "idempotency-key": how})
            assert answer.status_code == 204, answer.text
    assert await events(desk_log) == ["guest-signed-in", "guest-signed-out"] * 2
