"""The quote of a large deal: what goes together, what may be allowed by whom, what was negotiated, and the paper in two languages."""

from typing import Any

from ..acts import Acts
from ..frontline import Told
from ..setup import Books
from .stage import OPPORTUNITIES, Play
from .telling import amount

TOO_MUCH = "0.18"
"""A discount that nobody below the board may allow."""
LANGUAGES = ("en", "zh")


async def offer(play: Play, books: Books) -> None:
    """Quote, mend what the rules refuse, negotiate, have it approved by somebody else, and send it."""
    quote = _Quote(play, books)
    await quote.drafted()
    if play.role.refused:
        await _refused_first(quote)
        await _negotiated(quote)
    await quote.act("submit quote", "submit")
    await _approved(quote)
    await _on_paper(quote)
    await quote.act("send quote", "send")


class _Quote:
    def __init__(self, play: Play, books: Books) -> None:
        self.play, self._books = play, books
        self.acts: Acts = play.stage.acts(f"{play.role.key}/quote")

    async def drafted(self) -> None:
        """The first version; of a deal that runs into the rules, one that nobody can deliver and nobody may allow."""
        wrong = self.play.role.refused
        body = self.lines(TOO_MUCH if wrong else None, without="PLC-7" if wrong else "")
        answer = await self.play.do("draft quote", "quotes", self.play.owner, body)
        self.play.walked.quote_id = answer.body["quote_id"]

    def lines(self, discount: str | None = None, *, without: str = "") -> dict[str, Any]:
        """What the deal is about, at this discount; at the one agreed on, if nothing is said."""
        items = [item for item in self.play.deal.items if item.price.product != without]
        given = discount or str(self.play.role.discount)
        said = [{"product": item.price.product, "quantity": str(item.quantity), "discount": given} for item in items]
        return {"price_book": self._books.code(self.play.role.currency), "lines": said}

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/quotes/{self.play.walked.quote_id}"

    async def act(self, step: str, path: str, body: Any = None) -> None:
        """Something its account manager does."""
        await self.acts.act(OPPORTUNITIES, step, f"{self.path}/{path}", self.play.owner, body)

    async def shown(self) -> Any:
        """As it is."""
        return await self.play.stage.look(OPPORTUNITIES, self.path, self.play.owner)


async def _refused_first(quote: _Quote) -> None:
    play = quote.play
    wrong = await quote.acts.tried(OPPORTUNITIES, "submit what cannot be built", f"{quote.path}/submit", play.owner)
    play.refused(play.offers, f"{play.owner.subject} submits a quote without a controller", wrong, "configuration-invalid")
    await quote.act("revise quote: controller", "revise", quote.lines(TOO_MUCH))
    await quote.act("submit quote: too cheap", "submit")
    approval = {"quote_hash": (await quote.shown())["quote_hash"]}
    beyond = await quote.acts.tried(OPPORTUNITIES, "approve what is too cheap", f"{quote.path}/approve", play.boss, approval)
    play.refused(play.offers, f"{play.boss.subject} approves {float(TOO_MUCH):.0%} off", beyond, "beyond-authority")


async def _negotiated(quote: _Quote) -> None:
    play = quote.play
    await quote.act("revise quote: as agreed", "revise", quote.lines())
    gave = {"about": "price", "what": f"{play.role.discount:.0%} off", "value": play.money(_given(play))}
    got = {"about": "payment", "what": "30 % in advance", "value": play.money(1_500_000)}
    held = {"quote_id": play.walked.quote_id, "quote_hash": (await quote.shown())["quote_hash"], "gave": [gave], "got": [got]}
    await play.do("record round", "rounds", play.owner, {**held, "held_on": play.stage.day.isoformat()})
    negotiation = await play.stage.look(OPPORTUNITIES, f"{play.at}/negotiation", play.owner)
    (ledger,) = negotiation["ledger"]
    play.offers.say(
        f"negotiated in {len(negotiation['rounds'])} round: we gave {gave['what']} ({amount(ledger['gave'], play.role.currency)}), "
        f"got {got['what']} ({amount(ledger['got'], play.role.currency)})"
    )
    play.stage.tale.counted["rounds of negotiation"] += len(negotiation["rounds"])
    play.stage.tale.counted["given in negotiation"] += ledger["gave"]


async def _approved(quote: _Quote) -> None:
    play, shown = quote.play, await quote.shown()
    if shown["status"] == "in_approval" or shown["approved_by"] == play.boss.subject:
        approval = {"quote_hash": shown["quote_hash"]}
        await quote.acts.act(OPPORTUNITIES, "approve quote", f"{quote.path}/approve", play.boss, approval)
        shown = await quote.shown()
    if shown["cost"] is not None:
        play.stage.tale.counted["what is left of it after cost"] += shown["net"]["amount"] - shown["cost"]["amount"]
    alone = shown["approved_by"] == play.owner.subject
    margin = f", margin {float(shown['margin']):.1%}" if shown["margin"] else ""
    net = amount(shown["net"]["amount"], play.role.currency)
    by = f"the discount matrix lets {play.owner.subject} do so alone" if alone else f"approved by a second person, {shown['approved_by']}"
    said = f"{play.role.company}: {net}, {play.role.discount:.0%} off{margin}; {by}"
    play.offers.say(said)
    play.stage.tale.counted["quotes approved"] += 1
    play.stage.tale.counted["by a second person"] += not alone


async def _on_paper(quote: _Quote) -> None:
    play, named = quote.play, []
    for language in LANGUAGES:
        path = f"{quote.path}/document.pdf?language={language}"
        content = await play.stage.look(OPPORTUNITIES, path, play.owner, accept="application/pdf")
        named.append(play.stage.tale.keep(f"quote-{play.role.key}-{language}.pdf", content).name)
    play.stage.tale.counted["quotes on paper"] += len(named)
    play.offers.say(f"on paper in English and Chinese: {', '.join(named)}")


def _given(play: Play) -> int:
    return sum(item.list for item in play.deal.items) - play.deal.net


async def win(play: Play) -> Told | None:
    """The customer accepts, and the deal is won.

    Returns:
        what contract-svc has to hear.
    """
    quote = {"quote_id": play.walked.quote_id}
    acts, day = play.stage.acts(f"{play.role.key}/win"), play.stage.day.isoformat()
    await acts.act(OPPORTUNITIES, "accept quote", f"/quotes/{play.walked.quote_id}/accept", play.owner, {"accepted_on": day})
    won = await play.do("win opportunity", "win", play.owner, {**quote, "won_on": day})
    play.stage.tale.counted["deals won through all gates"] += 1
    return won.told
