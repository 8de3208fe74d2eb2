"""Drives every deal of a file through the services: many at once, each as far as its row says."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence

from . import cashing, delivering, selling
from .acts import Acts
from .deal import Deal, Reading
from .frontline import Frontline, Rejected
from .progress import Progress
from .setup import Books, set_up
from .walked import Walked

AT_ONCE = 48
"""How many deals are on their way at the same time."""


async def drive(reading: Reading, front: Frontline, progress: Progress, *, at_once: int = AT_ONCE) -> list[Walked]:
    """Take every deal of ``reading`` as far as its row says. What a service refuses stops its own deal alone.

    Raises:
        GaveUp: a service could not be reached for longer than anybody waits.
    """
    books = Books(reading.prices)
    await set_up(front, reading, books)
    groups = iter(together(reading.deals))
    walked: list[Walked] = []

    async def work() -> None:
        for group in groups:
            walked.extend(await _group(group, reading.kind, front, progress, books))

    async with asyncio.TaskGroup() as workers:
        for _ in range(at_once):
            workers.create_task(work())
    return sorted(walked, key=lambda each: each.deal.line)


def together(deals: Iterable[Deal]) -> list[list[Deal]]:
    """Deals that are paid by one receipt walk together; every other one for itself."""
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


async def _group(deals: Sequence[Deal], kind: str, front: Frontline, progress: Progress, books: Books) -> list[Walked]:
    each = [Walked(deal) for deal in deals]
    await asyncio.gather(*(_walk(walked, kind, front, progress, books) for walked in each))
    # One receipt is one amount: where one of several deals stopped, none of them is paid before that is settled.
    if all(walked.invoices and not walked.trouble for walked in each):
        await guarded(each, cashing.pay(each, Acts(front, f"{kind}/pay/{deals[0].key}", hour=15), progress))
    for _ in each:
        progress.finish()
    return each


async def _walk(walked: Walked, kind: str, front: Frontline, progress: Progress, books: Books) -> None:
    deal = walked.deal
    acts = Acts(front, f"{kind}/{deal.key}")
    await guarded([walked], _steps(deal, acts, progress, walked, books))


async def _steps(deal: Deal, acts: Acts, progress: Progress, walked: Walked, books: Books) -> None:
    await selling.capture(deal, acts, progress, walked)
    if deal.stage == "lead":
        return
    await selling.open_opportunity(deal, acts, progress, walked)
    if deal.stage == "lost":
        await selling.lose(deal, acts, progress, walked)
    if deal.stage == "won":
        won = await selling.win(deal, acts, progress, walked, books)
        registered = await delivering.sign_contract(deal, acts, progress, walked, won)
        accepted = await delivering.deliver(deal, acts, progress, walked, registered)
        await cashing.invoiced(deal, acts, progress, walked, registered, accepted)


async def guarded(walked: Sequence[Walked], steps: Awaitable[None]) -> None:
    """Take some deals on; what a service refuses stops them, and no others."""
    try:
        await steps
    except Rejected as refused:
        for each in walked:
            each.trouble = str(refused)
