"""The story from beginning to end."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from .. import cashing, delivering
from ..deal import Deal
from ..drive import guarded
from ..frontline import Frontline, Rejected, Told
from ..own import prices_of
from ..progress import Progress
from ..setup import Books
from ..walked import Walked
from . import cast, coming, gates, offering, office
from .leaving import facts, quarter_and_files
from .proof import proved
from .stage import Play, Stage
from .telling import Tale, amount

ELSEWHERE = "The story of the large deals is left out: rules or a catalogue that others wrote are in force here, and stay as they are."


async def tell(front: Frontline, samples: Path, folder: Path, progress: Progress) -> tuple[Tale, list[Deal]]:
    """Tell it; returns it with its deals. What was told before is told again, and changes nothing.

    Args:
        samples: the folder of the story's files.
        folder: where it leaves what customers and colleagues get.
    """
    tale = Tale(folder)
    stage = Stage(front, tale, samples)
    if not await office.fits(stage):
        tale.chapter("Large deals").say(ELSEWHERE)
        return tale, []
    stage.day, tale.again = await coming.form(stage)
    if tale.again:
        tale.recall()
    prices = prices_of(samples / "prices.csv")
    deals = cast.deals(prices, stage.day)
    try:
        await _told(stage, Books(prices), deals, progress)
    except Rejected as refused:
        tale.trouble = str(refused)
    finally:
        tale.remember()
    return tale, list(deals.values())


async def _told(stage: Stage, books: Books, deals: Mapping[str, Deal], progress: Progress) -> None:
    tale = stage.tale
    progress.say("the story: rules")
    await office.set_up(stage, books)
    progress.say("the story: leads")
    found = await coming.leads(stage)
    plays = await asyncio.gather(*(_play(stage, role, deals[role.key], found) for role in cast.ROLES))
    await coming.judged(stage, tale.chapters[-1], found)
    tale.walked += [play.walked for play in plays]
    tale.walked += [Walked(deal, found[deal.company]["lead_id"]) for deal in deals.values() if deal.stage == "lead"]
    progress.say("the story: gates, quotes and cash")
    await asyncio.gather(*(guarded([play.walked], _to_the_end(play, books, progress)) for play in plays))
    tale.join("Large deals go through gates; whoever asks does not decide", [play.gates for play in plays])
    tale.join("What is quoted, allowed and negotiated", [play.offers for play in plays])
    tale.join("… and become cash", [play.cash for play in plays])
    await facts(stage, plays[0], tale.chapters[-1])
    await quarter_and_files(stage, plays)
    tale.checks = await proved(stage, plays, found)


async def _play(stage: Stage, role: cast.Role, deal: Deal, found: Mapping[str, coming.Lead]) -> Play:
    walked = await coming.convert(stage, role, deal, found[role.company])
    play = Play(stage, role, deal, walked, stage.acts(f"{role.key}/deal"))
    await gates.forecast(play)
    return play


async def _to_the_end(play: Play, books: Books, progress: Progress) -> None:
    await gates.initiate(play)
    if play.role.reaches == "ATI":
        return
    if await gates.bid(play):
        await offering.offer(play, books)
        await gates.sign_off(play)
        await _to_cash(play, await offering.win(play), progress)
    await gates.decided(play)


async def _to_cash(play: Play, won: Told | None, progress: Progress) -> None:
    deal, walked, acts = play.deal, play.walked, play.stage.acts(f"{play.role.key}/cash")
    registered = await delivering.sign_contract(deal, acts, progress, walked, won)
    accepted = await delivering.deliver(deal, acts, progress, walked, registered)
    await cashing.invoiced(deal, acts, progress, walked, registered, accepted)
    await cashing.pay([walked], acts, progress)
    numbers = ", ".join(invoice.number for invoice in walked.invoices)
    gross = amount(sum(invoice.gross for invoice in walked.invoices), deal.currency)
    got = amount(walked.paid, deal.currency)
    play.cash.say(
        f"{deal.company}: contract signed, all delivered and accepted; {len(walked.invoices)} invoices of {gross} ({numbers}), "
        f"{len(walked.receipts)} receipts of {got}"
    )
    play.stage.tale.counted["invoices"] += len(walked.invoices)
    play.stage.tale.counted["receipts"] += len(walked.receipts)
