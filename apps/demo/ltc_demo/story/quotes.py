"""The quote of a large deal: configuration, approval, negotiation, and its document in two languages."""

from typing import Any

from ..actions import Actions
from ..client import LogPosition
from ..master_data import Books
from .context import OPPORTUNITIES, DealRun
from .record import amount

TOO_MUCH = "0.18"
"""A discount that only the board may approve."""
LANGUAGES = ("en", "zh")


async def offer(run: DealRun, books: Books) -> None:
    """Quote, correct what the rules refuse, negotiate, have it approved by another person, and send it."""
    quote = _Quote(run, books)
    await quote.drafted()
    if run.plan.refused:
        await _refused_first(quote)
        await _negotiated(quote)
    await quote.post("submit quote", "submit")
    await _approved(quote)
    await _on_paper(quote)
    await quote.post("send quote", "send")


class _Quote:
    def __init__(self, run: DealRun, books: Books) -> None:
        self.run, self._books = run, books
        self.actions: Actions = run.context.actions(f"{run.plan.key}/quote")

    async def drafted(self) -> None:
        """The first version; of a deal that runs into the rules, one that cannot be delivered or approved."""
        wrong = self.run.plan.refused
        body = self.lines(TOO_MUCH if wrong else None, without="PLC-7" if wrong else "")
        answer = await self.run.do("draft quote", "quotes", self.run.owner, body)
        self.run.outcome.quote_id = answer.body["quote_id"]

    def lines(self, discount: str | None = None, *, without: str = "") -> dict[str, Any]:
        """What the deal is about, at this discount; at the one agreed on, if nothing is said."""
        items = [item for item in self.run.deal.items if item.price.product != without]
        given = discount or str(self.run.plan.discount)
        said = [{"product": item.price.product, "quantity": str(item.quantity), "discount": given} for item in items]
        return {"price_book": self._books.code(self.run.plan.currency), "lines": said}

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/quotes/{self.run.outcome.quote_id}"

    async def post(self, step: str, path: str, body: Any = None) -> None:
        """Something its account manager does."""
        await self.actions.post(OPPORTUNITIES, step, f"{self.path}/{path}", self.run.owner, body)

    async def shown(self) -> Any:
        """As it is."""
        return await self.run.context.get(OPPORTUNITIES, self.path, self.run.owner)


async def _refused_first(quote: _Quote) -> None:
    run = quote.run
    wrong = await quote.actions.try_post(OPPORTUNITIES, "submit what cannot be built", f"{quote.path}/submit", run.owner)
    run.refused(run.offers, f"{run.owner.subject} submits a quote without a controller", wrong, "configuration-invalid")
    await quote.post("revise quote: controller", "revise", quote.lines(TOO_MUCH))
    await quote.post("submit quote: too cheap", "submit")
    approval = {"quote_hash": (await quote.shown())["quote_hash"]}
    beyond = await quote.actions.try_post(OPPORTUNITIES, "approve what is too cheap", f"{quote.path}/approve", run.manager, approval)
    run.refused(run.offers, f"{run.manager.subject} approves {float(TOO_MUCH):.0%} off", beyond, "beyond-authority")


async def _negotiated(quote: _Quote) -> None:
    run = quote.run
    await quote.post("revise quote: as agreed", "revise", quote.lines())
    gave = {"about": "price", "what": f"{run.plan.discount:.0%} off", "value": run.money(_given(run))}
    got = {"about": "payment", "what": "30 % in advance", "value": run.money(1_500_000)}
    held = {"quote_id": run.outcome.quote_id, "quote_hash": (await quote.shown())["quote_hash"], "gave": [gave], "got": [got]}
    await run.do("record round", "rounds", run.owner, {**held, "held_on": run.context.day.isoformat()})
    negotiation = await run.context.get(OPPORTUNITIES, f"{run.at}/negotiation", run.owner)
    (ledger,) = negotiation["ledger"]
    run.offers.say(
        f"negotiated in {len(negotiation['rounds'])} round: we gave {gave['what']} ({amount(ledger['gave'], run.plan.currency)}), "
        f"got {got['what']} ({amount(ledger['got'], run.plan.currency)})"
    )
    run.context.story.counted["rounds of negotiation"] += len(negotiation["rounds"])
    run.context.story.counted["given in negotiation"] += ledger["gave"]


async def _approved(quote: _Quote) -> None:
    run, shown = quote.run, await quote.shown()
    if shown["status"] == "in_approval" or shown["approved_by"] == run.manager.subject:
        approval = {"quote_hash": shown["quote_hash"]}
        await quote.actions.post(OPPORTUNITIES, "approve quote", f"{quote.path}/approve", run.manager, approval)
        shown = await quote.shown()
    if shown["cost"] is not None:
        run.context.story.counted["what is left of it after cost"] += shown["net"]["amount"] - shown["cost"]["amount"]
    alone = shown["approved_by"] == run.owner.subject
    margin = f", margin {float(shown['margin']):.1%}" if shown["margin"] else ""
    net = amount(shown["net"]["amount"], run.plan.currency)
    by = (
        f"the discount matrix lets {run.owner.subject} approve it alone"
        if alone
        else f"approved by a second person, {shown['approved_by']}"
    )
    said = f"{run.plan.company}: {net}, {run.plan.discount:.0%} off{margin}; {by}"
    run.offers.say(said)
    run.context.story.counted["quotes approved"] += 1
    run.context.story.counted["by a second person"] += not alone


async def _on_paper(quote: _Quote) -> None:
    run, named = quote.run, []
    for language in LANGUAGES:
        path = f"{quote.path}/document.pdf?language={language}"
        content = await run.context.get(OPPORTUNITIES, path, run.owner, accept="application/pdf")
        named.append(run.context.story.add_file(f"quote-{run.plan.key}-{language}.pdf", content).name)
    run.context.story.counted["quotes on paper"] += len(named)
    run.offers.say(f"on paper in English and Chinese: {', '.join(named)}")


def _given(run: DealRun) -> int:
    return sum(item.list for item in run.deal.items) - run.deal.net


async def win(run: DealRun) -> LogPosition | None:
    """The customer accepts, and the deal is won.

    Returns:
        what contract-svc must consume first.
    """
    quote = {"quote_id": run.outcome.quote_id}
    actions, day = run.context.actions(f"{run.plan.key}/win"), run.context.day.isoformat()
    await actions.post(OPPORTUNITIES, "accept quote", f"/quotes/{run.outcome.quote_id}/accept", run.owner, {"accepted_on": day})
    won = await run.do("win opportunity", "win", run.owner, {**quote, "won_on": day})
    run.context.story.counted["deals won through all gates"] += 1
    return won.published
