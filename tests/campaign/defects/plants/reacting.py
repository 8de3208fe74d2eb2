"""What a service does by itself about what it heard."""

from typing import Any
from uuid import uuid4

from .plant import plant


@plant("ltc_runtime.policies")
def checkpoint_before_effect(policies: Any) -> None:
    """A policy's checkpoint is moved first, and what it wants is done afterwards, in a transaction of its own."""
    store = policies.PolicyRunner._store

    async def checkpoint_first(
        reactor: Any, moved: dict[str, int], reactions: Any = (), lanes: Any = (), epoch: int = 0
    ) -> None:  # fmt: skip
        await store(reactor, moved)
        if reactions:
            await reactor.carry_out(reactions, lanes, epoch)

    async def carry_out(reactor: Any, reactions: Any, lanes: Any, epoch: int) -> None:
        await reactor.log.submit(policies.PolicyBatch(reactor.log, list(reactions), {}, lanes, epoch))

    policies.PolicyRunner._store = checkpoint_first
    policies.PolicyRunner.carry_out = carry_out


@plant("ltc_runtime.policies")
def failed_reaction_skipped(policies: Any) -> None:
    """A reaction that fails is noted in the log file, and the next one is due."""
    store = policies.PolicyRunner._store

    async def carry_out(reactor: Any, *given: Any) -> None:
        await store(reactor, *given)

    async def going_on(reactor: Any, moved: dict[str, int], reactions: Any = (), lanes: Any = (), epoch: int = 0) -> None:
        try:
            await (reactor.carry_out if reactions else reactor.store_only)(moved, reactions, lanes, epoch)
        except Exception as error:
            policies.logger.warning("skipped", error=str(error))
            reactor.checkpoints.update(moved)

    policies.PolicyRunner.carry_out = carry_out
    policies.PolicyRunner.store_only = store
    policies.PolicyRunner._store = going_on


@plant("ltc_runtime.policy_result")
def reaction_ids_by_chance(policy_result: Any) -> None:
    """A command that a policy gives has a new id every time it is given."""
    policy_result.derive_id = lambda *_: uuid4()
