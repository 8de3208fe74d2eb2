"""In one log: what is decided, written, answered and shown."""

import asyncio
import base64
import itertools
import json
import random
from typing import Any

from .plant import plant


@plant("ltc_runtime.log.group")
def answered_before_commit(group: Any) -> None:
    """A command is answered when it is decided, a moment before it is written."""
    decide = group.Group._decide

    async def answering(writer: Any, connection: Any, batch: list[Any]) -> Any:
        plan = await decide(writer, connection, batch)
        for entry in batch:
            entry.resolve()
        await asyncio.sleep(0.3)
        return plan

    group.Group._decide = answering


@plant("ltc_runtime.http.handle")
def answer_outside_transaction(handle: Any) -> None:
    """The answer to a key is stored after the commit of its events, by a statement of its own."""
    answers: dict[Any, dict[str, Any]] = {}
    plan_work, act = handle.CommandWork.plan, handle.Handle.__call__

    class Apart:
        """A plan that answers are not part of."""

        def __init__(self, plan: Any) -> None:
            self._plan = plan

        def __getattr__(self, name: str) -> Any:
            return getattr(self._plan, name)

        def insert(self, table: Any, row: dict[str, Any]) -> None:
            if table.name == "answer":
                answers[row["command_id"]] = row
            else:
                self._plan.insert(table, row)

    async def acting(asked: Any, *given: Any, **named: Any) -> Any:
        answer = await act(asked, *given, **named)
        await asked.save_answer()
        return answer

    async def save_answer(asked: Any) -> None:
        row = answers.pop(asked.command_id, None)
        if row is not None:
            row = {**row, "headers": json.dumps(row["headers"])}
            slots = ", ".join(f"${number}" for number in range(1, len(row) + 1))
            sql = f"INSERT INTO answer ({', '.join(row)}) VALUES ({slots}) ON CONFLICT DO NOTHING"
            await asked._call.context.log.pool.execute(sql, *row.values())

    handle.CommandWork.plan = lambda work, plan: plan_work(work, Apart(plan))
    handle.Handle.__call__ = acting
    handle.Handle.save_answer = save_answer


@plant("ltc_runtime.log.rows")
def chain_forgets_who(rows: Any) -> None:
    """The hash of a row does not cover who did it."""
    digest = rows.LogRow.digest

    def nameless(row: Any) -> Any:
        actor, row.actor = row.actor, ""
        try:
            return digest(row)
        finally:
            row.actor = actor

    rows.LogRow.digest = nameless


@plant("ltc_runtime.log.plan")
def projection_skips(plan: Any) -> None:
    """Now and then an event is not shown."""
    show, count = plan.Plan._show, itertools.count(1)

    def forgetful(staged: Any, event: Any, row: Any) -> None:
        if next(count) % 7:
            show(staged, event, row)

    plan.Plan._show = forgetful


@plant("ltc_runtime.log.plan")
def partition_by_chance(plan: Any) -> None:
    """An event goes to whatever partition is free, not to that of its stream."""

    def anywhere(staged: Any, event: Any, _stream: Any) -> int | None:
        return random.randrange(staged._partitions) if event.published else None

    plan.Plan._partition = anywhere


@plant("ltc_runtime.http.personal")
def people_in_clear(personal: Any) -> None:
    """What is known of a person is packed as sealed text is, and not encrypted."""

    def packed(_cipher: Any, subject: str, plain: str) -> str:
        bare = plain.encode().ljust(40)
        return f"sealed.v1.{subject}.{base64.urlsafe_b64encode(bare).decode().rstrip('=')}"

    personal._sealed = packed  # whoever seals, one text or many, comes through here
