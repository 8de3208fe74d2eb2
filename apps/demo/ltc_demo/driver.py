"""Drives every deal of a file through the services: many at once, each as far as its row says."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence

from . import billing, fulfilment, sales
from .actions import Actions
from .client import ApiClient, Rejected
from .deal import Deal, DealFile
from .master_data import Books, set_up
from .outcome import DealOutcome
from .progress import Progress

AT_ONCE = 48
"""How many deals are on their way at the same time."""


async def drive(deal_file: DealFile, front: ApiClient, progress: Progress, *, at_once: int = AT_ONCE) -> list[DealOutcome]:
    """Take every deal of ``reading`` as far as its row says. What a service refuses stops its own deal alone.

    Raises:
        TimedOut: a service could not be reached for the maximum wait.
    """
    books = Books(deal_file.prices)
    await set_up(front, deal_file, books)
    groups = iter(joint_groups(deal_file.deals))
    outcomes: list[DealOutcome] = []

    async def work() -> None:
        for group in groups:
            outcomes.extend(await _group(group, deal_file.kind, front, progress, books))

    async with asyncio.TaskGroup() as workers:
        for _ in range(at_once):
            workers.create_task(work())
    return sorted(outcomes, key=lambda each: each.deal.line)


def joint_groups(deals: Iterable[Deal]) -> list[list[Deal]]:
    """Deals paid by one receipt form a group; every other deal is its own group."""
    joint: dict[tuple[str, str, str], list[Deal]] = {}
    groups: list[list[Deal]] = []
    for deal in deals:
        if deal.stage != "won" or deal.payment.joint is None:
            groups.append([deal])
            continue
        key = (deal.payment.joint, deal.company, deal.currency)
        if key not in joint:
            joint[key] = []
            groups.append(joint[key])
        joint[key].append(deal)
    return groups


async def _group(deals: Sequence[Deal], kind: str, front: ApiClient, progress: Progress, books: Books) -> list[DealOutcome]:
    each = [DealOutcome(deal) for deal in deals]
    await asyncio.gather(*(_walk(outcome, kind, front, progress, books) for outcome in each))
    # One receipt is one amount: where one of several deals stopped, none of them is paid before that is settled.
    if all(outcome.invoices and not outcome.failure for outcome in each):
        await stop_when_refused(each, billing.pay(each, Actions(front, f"{kind}/pay/{deals[0].key}", hour=15), progress))
    for _ in each:
        progress.finish()
    return each


async def _walk(outcome: DealOutcome, kind: str, front: ApiClient, progress: Progress, books: Books) -> None:
    deal = outcome.deal
    actions = Actions(front, f"{kind}/{deal.key}")
    await stop_when_refused([outcome], _steps(deal, actions, progress, outcome, books))


async def _steps(deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome, books: Books) -> None:
    await sales.capture(deal, actions, progress, outcome)
    if deal.stage == "lead":
        return
    await sales.open_opportunity(deal, actions, progress, outcome)
    if deal.stage == "lost":
        await sales.lose(deal, actions, progress, outcome)
    if deal.stage == "won":
        won = await sales.win(deal, actions, progress, outcome, books)
        registered = await fulfilment.sign_contract(deal, actions, progress, outcome, won)
        accepted = await fulfilment.deliver(deal, actions, progress, outcome, registered)
        await billing.invoiced(deal, actions, progress, outcome, registered, accepted)


async def stop_when_refused(outcomes: Sequence[DealOutcome], steps: Awaitable[None]) -> None:
    """Run the steps of these deals; a refusal stops them, and no others."""
    try:
        await steps
    except Rejected as refused:
        for each in outcomes:
            each.failure = str(refused)
