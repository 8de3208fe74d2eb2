"""Facts of different topics arrive in any order, and the flow comes to the same end."""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import At, Command, Event, Money, Refusal, Stream, derive_id
from ltc_events.contract import PlanLine
from ltc_events.opportunity import OpportunityWon, PricedLine, lines_hash
from ltc_events.vocabulary import GivenStates
from ltc_runtime.service import Service, load

TODAY = date(2026, 11, 24)
SERVICES = ("contract-svc", "order-svc", "billing-svc")
LOADED: dict[str, Service] = {name: load(name) for name in SERVICES}
Act = Callable[["Flow"], Command | None]


class Flow:
    """Services in memory, and what is on its way between them: in order per teller, listener and partition, else in any order."""

    def __init__(self) -> None:
        self.services = LOADED
        self.states: dict[tuple[str, Stream], Any] = {}
        self.told: list[Event] = []
        self.ways: dict[tuple[str, str, int], deque[Event]] = defaultdict(deque)

    def tell(self, event: Event, partition: int) -> None:
        """A published fact sets out to everybody who listens."""
        self.told.append(event)
        for name, service in self.services.items():
            if event.origin() in service.consumes:
                self.ways[event.origin(), name, partition].append(event)

    def arrive(self, way: tuple[str, str, int]) -> None:
        """The next fact of one way arrives."""
        self._react(way[1], self.ways[way].popleft())

    def decide(self, name: str, command: Command) -> None:
        """A service decides; what follows from it follows."""
        service = self.services[name]
        decider = service.decider_of[type(command)]
        named = {stream: self.states.get((name, stream), service.kinds[stream.kind].initial) for stream in decider.streams(command)}
        for event in decider.decide_on(GivenStates(named), command):
            owner = service.owner_of[type(event)]
            stream = owner.of(getattr(event, owner.id))
            self.states[name, stream] = owner.evolve(self.states.get((name, stream), owner.initial), event)
            if event.published:
                self.tell(type(event).model_validate_json(event.model_dump_json()), stream.id.int % 3)
            self._react(name, event)

    def _react(self, name: str, event: Event) -> None:
        for policy in self.services[name].policies_of.get(type(event), ()):
            for command in policy(event):
                if not isinstance(command, At):
                    self.decide(name, command)

    def of(self, kind: str) -> list[Any]:
        """The facts of a type that were told, in order."""
        return [event for event in self.told if type(event).__name__ == kind]


def usd(amount: int) -> Money:
    """An amount of money."""
    return Money(amount=amount, currency="USD")


def won() -> OpportunityWon:
    """A deal over two lines of different tax."""
    lines = tuple(
        PricedLine(
            line=number, product=f"P{number}", description="A thing", quantity=Decimal(3), unit="C62", list_price=usd(price),
            discount=Decimal(0), net=usd(3 * price), tax_rate=rate,
        )
        for number, price, rate in ((1, 3333, Decimal("0.13")), (2, 101, Decimal("0.06")))
    )  # fmt: skip
    return OpportunityWon(
        opportunity_id=derive_id("o"), quote_id=derive_id("q"), quote_hash=lines_hash(lines), party_id=derive_id("p"), company="Acme",
        account_manager="ann", solution_manager="sam", fulfilment_manager="fay", currency="USD", lines=lines, net=usd(3 * 3434),
        won_on=TODAY,
    )  # fmt: skip


def drafted(flow: Flow) -> UUID | None:
    """The contract that was drafted, if one was."""
    return next((stream.id for name, stream in flow.states if name == "contract-svc" and stream.kind == "contract"), None)


def command(name: str, kind: str, **said: Any) -> Command:
    """A command of a service, by its name."""
    found = next(known for known in LOADED[name].decider_of if known.__name__ == kind)
    return found(**said)


def contract(kind: str, **said: Any) -> Act:
    """An act on the contract, as soon as there is one."""
    return lambda flow: command("contract-svc", kind, contract_id=drafted(flow), **said) if drafted(flow) else None


def order(kind: str, **said: Any) -> Act:
    """An act on the order, as soon as it was received."""
    return lambda flow: (
        command("order-svc", kind, order_id=flow.of("OrderReceived")[0].order_id, **said) if flow.of("OrderReceived") else None
    )


def pay(flow: Flow) -> Command | None:
    """Pay whatever is invoiced, once it is all."""
    invoices = flow.of("InvoiceIssued")
    if sum(invoice.net.amount for invoice in invoices) != 3 * 3434:
        return None
    payments = tuple({"invoice_id": invoice.invoice_id, "amount": invoice.gross} for invoice in invoices)
    said = {"receipt_id": derive_id("r"), "application_id": derive_id("a"), "applied_on": TODAY}
    return command("billing-svc", "ApplyCash", payments=payments, **said)


PLAN = (
    PlanLine(line=1, kind="advance", amount=usd(1000)),
    PlanLine(line=2, kind="acceptance", amount=usd(3 * 3333 - 1000), covers=(1,)),
    PlanLine(line=3, kind="acceptance", amount=usd(3 * 101), covers=(1, 2)),
)
MONEY = {"receipt_id": derive_id("r"), "amount": usd(100_000), "value_date": TODAY, "remitter": "Acme"}
ACTS: dict[str, list[Act]] = {
    "contract-svc": [
        contract("ReviewContract", function="legal", verdict="approve", actor="lea"),
        contract("SignContract", document_hash="1" * 64, signed_on=TODAY),
        contract("RegisterContract", legal_entity="LE", plan=PLAN, payment_days=30, registered_on=TODAY),
    ],
    "order-svc": [
        order("ConfirmOrder", promised=TODAY),
        *(
            order(kind, **{id: derive_id(id, part), day: TODAY}, lines=({"line": line, "quantity": quantity},))
            for part, line, quantity in ((1, 1, 1), (2, 2, 3), (3, 1, 2))
            for kind, id, day in (("ShipOrder", "shipment_id", "shipped_on"), ("AcceptDelivery", "acceptance_id", "accepted_on"))
        ),
    ],
    "billing-svc": [lambda flow: command("billing-svc", "RecordPayment", **MONEY), pay],
}


def walk(choose: Callable[[int], int]) -> Flow:
    """Let facts arrive and people act, one at a time, whichever is chosen, until nothing is left."""
    flow = Flow()
    flow.tell(won(), 0)
    left = {name: deque(acts) for name, acts in ACTS.items()}
    while True:
        arriving = [way for way, facts in flow.ways.items() if facts]
        asked = [(name, wish) for name, acts in left.items() if acts and (wish := acts[0](flow)) is not None and allowed(flow, name, wish)]
        if not arriving and not asked:
            assert not any(left.values()), f"left undone: { {name: len(acts) for name, acts in left.items()} }"
            return flow
        chosen = choose(len(arriving) + len(asked))
        if chosen < len(arriving):
            flow.arrive(arriving[chosen])
        else:
            name, wish = asked[chosen - len(arriving)]
            flow.decide(name, wish)
            left[name].popleft()


def allowed(flow: Flow, name: str, asked: Command) -> bool:
    """Whether the service would not refuse it now."""
    decider = flow.services[name].decider_of[type(asked)]
    kinds = flow.services[name].kinds
    named = {stream: flow.states.get((name, stream), kinds[stream.kind].initial) for stream in decider.streams(asked)}
    try:
        decider.decide_on(GivenStates(named), asked)
    except Refusal:
        return False
    return True


def outcome(flow: Flow) -> dict[str, Any]:
    """What must not depend on the order: what was ordered, billed per plan line, paid, and that it closed."""
    billed: dict[int, int] = defaultdict(int)
    for invoice in flow.of("InvoiceIssued"):
        billed[invoice.plan_line] += invoice.net.amount
    return {
        "orders": len(flow.of("OrderReceived")),
        "billed": dict(billed),
        "tax": sum(invoice.tax.amount for invoice in flow.of("InvoiceIssued")),
        "numbers": sorted(invoice.number for invoice in flow.of("InvoiceIssued")),
        "settled": len(flow.of("InvoiceSettled")),
        "closed": len(flow.of("ContractClosed")),
    }


EXPECTED = outcome(walk(lambda count: 0))


def test_a_deal_runs_through_to_its_end() -> None:
    assert EXPECTED["orders"] == EXPECTED["closed"] == 1
    assert EXPECTED["billed"] == {1: 1000, 2: 8999, 3: 303}
    assert EXPECTED["settled"] == len(EXPECTED["numbers"])


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_the_order_of_arrival_the_flow_comes_to_the_same_end(chance: Random) -> None:
    reached = outcome(walk(chance.randrange))
    assert {name: reached[name] for name in ("orders", "billed", "closed")} == {
        name: EXPECTED[name] for name in ("orders", "billed", "closed")
    }
    assert reached["settled"] == len(reached["numbers"])
    assert len(set(reached["numbers"])) == len(reached["numbers"])


def test_billing_hears_of_every_delivery_before_the_contract() -> None:
    def contract_last(count: int) -> int:
        return count - 1

    assert outcome(walk(contract_last))["billed"] == EXPECTED["billed"]
