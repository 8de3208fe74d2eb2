"""The story from beginning to end."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from .. import billing, fulfilment
from ..client import ApiClient, LogPosition, Rejected
from ..deal import Deal
from ..driver import stop_when_refused
from ..master_data import Books
from ..outcome import DealOutcome
from ..own_format import prices_of
from ..progress import Progress
from . import gates, leads, plans, quotes, rules
from .checks import check_story
from .context import DealRun, StoryContext
from .exports import facts, quarter_and_files
from .record import Story, amount

ELSEWHERE = "The story of the large deals is skipped: other rules or another catalogue are in force here, and stay as they are."


async def run_story(front: ApiClient, samples: Path, folder: Path, progress: Progress) -> tuple[Story, list[Deal]]:
    """Run it; returns it with its deals. A second run changes nothing.

    Args:
        samples: the folder of the story's files.
        folder: where it writes its files.
    """
    story = Story(folder)
    context = StoryContext(front, story, samples)
    if not await rules.is_possible(context):
        story.chapter("Large deals").say(ELSEWHERE)
        return story, []
    context.day, story.repeated = await leads.create_form(context)
    if story.repeated:
        story.load()
    prices = prices_of(samples / "prices.csv")
    deals = plans.deals(prices, context.day)
    try:
        await _run_chapters(context, Books(prices), deals, progress)
    except Rejected as refused:
        story.failure = str(refused)
    finally:
        story.save()
    return story, list(deals.values())


async def _run_chapters(context: StoryContext, books: Books, deals: Mapping[str, Deal], progress: Progress) -> None:
    story = context.story
    progress.say("the story: rules")
    await rules.set_up(context, books)
    progress.say("the story: leads")
    found = await leads.receive_leads(context)
    runs = await asyncio.gather(*(_begin(context, plan, deals[plan.key], found) for plan in plans.PLANS))
    await leads.show_scores(context, story.chapters[-1], found)
    story.outcomes += [run.outcome for run in runs]
    story.outcomes += [DealOutcome(deal, found[deal.company]["lead_id"]) for deal in deals.values() if deal.stage == "lead"]
    progress.say("the story: gates, quotes and cash")
    await asyncio.gather(*(stop_when_refused([run.outcome], _to_the_end(run, books, progress)) for run in runs))
    story.join("Large deals pass gates; the requester does not decide", [run.gates for run in runs])
    story.join("Quotes, approvals and negotiation", [run.offers for run in runs])
    story.join("Contracts, deliveries, invoices and payments", [run.cash for run in runs])
    await facts(context, runs[0], story.chapters[-1])
    await quarter_and_files(context, runs)
    story.checks = await check_story(context, runs, found)


async def _begin(context: StoryContext, plan: plans.DealPlan, deal: Deal, found: Mapping[str, leads.Lead]) -> DealRun:
    outcome = await leads.convert(context, plan, deal, found[plan.company])
    run = DealRun(context, plan, deal, outcome, context.actions(f"{plan.key}/deal"))
    await gates.forecast(run)
    return run


async def _to_the_end(run: DealRun, books: Books, progress: Progress) -> None:
    await gates.initiate(run)
    if run.plan.reaches == "ATI":
        return
    if await gates.bid(run):
        await quotes.offer(run, books)
        await gates.sign_off(run)
        await _to_cash(run, await quotes.win(run), progress)
    await gates.show_decisions(run)


async def _to_cash(run: DealRun, won: LogPosition | None, progress: Progress) -> None:
    deal, outcome, actions = run.deal, run.outcome, run.context.actions(f"{run.plan.key}/cash")
    registered = await fulfilment.sign_contract(deal, actions, progress, outcome, won)
    accepted = await fulfilment.deliver(deal, actions, progress, outcome, registered)
    await billing.invoiced(deal, actions, progress, outcome, registered, accepted)
    await billing.pay([outcome], actions, progress)
    numbers = ", ".join(invoice.number for invoice in outcome.invoices)
    gross = amount(sum(invoice.gross for invoice in outcome.invoices), deal.currency)
    got = amount(outcome.paid, deal.currency)
    run.cash.say(
        f"{deal.company}: contract signed, all delivered and accepted; {len(outcome.invoices)} invoices of {gross} ({numbers}), "
        f"{len(outcome.receipts)} receipts of {got}"
    )
    run.context.story.counted["invoices"] += len(outcome.invoices)
    run.context.story.counted["receipts"] += len(outcome.receipts)
