"""After the win another product is delivered on a line: at the same price, at no more cost, and by two people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from deal_facts import DEAL, QUOTE, TODAY, accepted, approved, drafted, lines, lose, opened, sent, suspended, won
from ltc_events import Event, Money
from ltc_events.contract import ContractRegistered, ContractSigned
from ltc_events.opportunity import OpportunityWon, OptionSwapped
from ltc_events.samples import sample
from ltc_events.testing import given
from opportunity_svc.catalogue.rules import CATALOGUE_ID, CatalogueChanged, Product
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.states import OpportunityClosed, UnknownOpportunity
from opportunity_svc.rule_book.rules import CONFIGURATION, RulesActivated, RulesDrafted
from opportunity_svc.rule_book.rules.configuration import ConfigurationInvalid, ConfigurationRules, Requires
from opportunity_svc.swap.policies import end_selection
from opportunity_svc.swap.rules import (
    AlreadyProposed,
    ApproverIsProposer,
    ApproveSwap,
    CostsMore,
    CostUnknown,
    EndSelection,
    NoSuchOption,
    NotWonYet,
    ProposeSwap,
    RejectSwap,
    SwapHasChanged,
    UnitDiffers,
    UnknownLine,
    decider,
)
from opportunity_svc.swap.rules.selection import (
    ContractStands,
    SelectionEnded,
    SwapProposed,
    SwapRejected,
    UnknownSwap,
)

CONTRACT = UUID(int=30)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def product(code: str, cost: int | None, *options: str, unit: str = "piece") -> Product:
    said = None if cost is None else usd(cost)
    return Product(product=code, name=code, unit=unit, cost=said, valid_from=TODAY, options=options)


def catalogue(*products: Product, version: int = 1) -> CatalogueChanged:
    return CatalogueChanged(
        catalogue_id=CATALOGUE_ID, version=version, written=products, removed=(), difference_hash="0" * 64, changed_by="max"
    )


KNOWN = catalogue(
    product("GTX", 700, "GTY", "GTZ", "DEAR", "BOX", "NEW", "GONE"), product("GTY", 600), product("GTZ", 500), product("DEAR", 701),
    product("BOX", 1, unit="box"), product("NEW", None), product("OTHER", 1),
)  # fmt: skip
WON: tuple[Event, ...] = (opened, drafted, approved, sent, accepted, won, KNOWN)


def propose(product: str = "GTY", **said: Any) -> ProposeSwap:
    whole = {"opportunity_id": DEAL, "quote_id": QUOTE, "line": 1, "reason": "The same", "actor": "sam", "today": TODAY, **said}
    return ProposeSwap(product=product, **whole)


proposed = SwapProposed(
    opportunity_id=DEAL, number=1, quote_id=QUOTE, line=1, old="GTX", new="GTY", cost_before=usd(1_400), cost_after=usd(1_200),
    reason="The same", proposed_by="sam",
)  # fmt: skip
approve = ApproveSwap(opportunity_id=DEAL, quote_id=QUOTE, number=1, actor="mia", today=TODAY)
swapped = OptionSwapped(
    opportunity_id=DEAL, number=1, quote_id=QUOTE, quote_hash=drafted.quote_hash, line=1, quoted="GTX", old="GTX", new="GTY", quantity=2,
    unit="piece", net=lines[0].net, cost_before=usd(1_400), cost_after=usd(1_200), margin_gained=usd(200), reason="The same",
    proposed_by="sam", approved_by="mia",
)  # fmt: skip
end = EndSelection(opportunity_id=DEAL, contract_id=CONTRACT)
ended = SelectionEnded(opportunity_id=DEAL, contract_id=CONTRACT, lapsed=())


def test_a_swap_is_proposed_and_approved_by_another_and_its_margin_is_told() -> None:
    given(decider, *WON).when(propose()).then(proposed)
    given(decider, *WON, proposed).when(approve).then(swapped)
    given(decider, *WON, proposed).when(approve.model_copy(update={"actor": "sam"})).then_refused(ApproverIsProposer)


def test_nothing_is_swapped_before_the_win() -> None:
    quoted = (drafted, approved, sent, accepted, KNOWN)
    for deal in ((opened,), (opened, suspended)):
        given(decider, *deal, *quoted).when(propose()).then_refused(NotWonYet)
    given(decider, *quoted).when(propose()).then_refused(UnknownOpportunity)
    given(decider, *WON).when(propose(quote_id=None)).then_refused(NotWonYet)
    given(decider, *WON).when(propose(quote_id=UUID(int=9))).then_refused(NotWonYet)


@pytest.mark.parametrize("other", ["OTHER", "GTX", "GONE"])
def test_only_what_the_catalogue_names_for_what_was_sold_is_delivered_instead(other: str) -> None:
    refusal = given(decider, *WON).when(propose(other)).refusal
    assert isinstance(refusal, NoSuchOption)
    assert refusal.message.endswith("It names: GTY, GTZ, DEAR, BOX, NEW, GONE.")


def test_price_quantity_and_scope_stay_and_cost_does_not_rise() -> None:
    given(decider, *WON).when(propose("BOX")).then_refused(UnitDiffers, unit="box", sold="piece")
    given(decider, *WON).when(propose("DEAR")).then_refused(CostsMore)
    given(decider, *WON).when(propose("NEW")).then_refused(CostUnknown, product="NEW", currency="USD")
    given(decider, *WON).when(propose(line=2)).then_refused(UnknownLine, line=2)
    (event,) = given(decider, *WON, proposed).when(approve).events
    assert isinstance(event, OptionSwapped)
    assert (event.net, event.quantity, event.quote_hash) == (lines[0].net, lines[0].quantity, won.quote_hash)


def test_what_is_delivered_keeps_the_configuration_rules() -> None:
    rule = Requires(name="r", kind="requires", product="GTY", any_of=("RACK",))
    drafted_rules = RulesDrafted(
        book_id=CONFIGURATION, book="configuration", version=1, configuration=ConfigurationRules(rules=(rule,)), drafted_by="sam"
    )
    rules = (drafted_rules, RulesActivated(book_id=CONFIGURATION, version=1, activated_by="sam"))
    given(decider, *WON, *rules).when(propose()).then_refused(ConfigurationInvalid)
    given(decider, *WON, proposed, *rules).when(approve).then_refused(ConfigurationInvalid)
    assert given(decider, *WON, *rules).when(propose("GTZ")).refusal is None


def test_a_line_is_swapped_again_from_what_is_to_be_delivered_now() -> None:
    (event,) = given(decider, *WON, proposed, swapped).when(propose("GTZ")).events
    assert isinstance(event, SwapProposed)
    assert (event.number, event.old, event.cost_before, event.cost_after) == (2, "GTY", usd(1_200), usd(1_000))
    given(decider, *WON, proposed).when(propose("GTZ")).then_refused(AlreadyProposed, line=1, number=1)
    given(decider, *WON, proposed, swapped).when(propose()).then_refused(NoSuchOption)


def test_one_approves_the_costs_that_were_proposed() -> None:
    newer = catalogue(product("GTY", 601), version=2)
    given(decider, *WON, proposed, newer).when(approve).then_refused(SwapHasChanged)
    tomorrow = approve.model_copy(update={"today": TODAY + timedelta(days=1)})
    given(decider, *WON, proposed).when(tomorrow).then(swapped)


def test_a_swap_is_rejected_or_taken_back() -> None:
    reject = RejectSwap(opportunity_id=DEAL, number=1, reason="They know it", actor="mia")
    rejected = SwapRejected(opportunity_id=DEAL, number=1, reason="They know it", rejected_by="mia")
    given(decider, proposed).when(reject).then(rejected)
    given(decider, proposed, rejected).when(reject).then_refused(UnknownSwap)
    given(decider, *WON, proposed, rejected).when(approve).then_refused(UnknownSwap)


def test_once_the_contract_is_signed_nothing_is_swapped() -> None:
    given(decider, proposed).when(end).then(ended.model_copy(update={"lapsed": (1,)}))
    given(decider, ended).when(end).then_nothing()
    given(decider, *WON, ended).when(propose()).then_refused(ContractStands)
    given(decider, *WON, proposed, ended).when(approve).then_refused(ContractStands)


@pytest.mark.parametrize("told", [ContractSigned, ContractRegistered])
def test_a_contract_that_is_signed_or_in_force_ends_the_selection(told: type[ContractSigned | ContractRegistered]) -> None:
    contract = sample(told)
    assert isinstance(contract, ContractSigned | ContractRegistered)
    assert end_selection(contract) == [EndSelection(opportunity_id=contract.opportunity_id, contract_id=contract.contract_id)]


def test_what_was_sold_never_changes() -> None:
    assert isinstance(won, OpportunityWon)
    given(opportunity.decider, opened, won).when(lose).then_refused(OpportunityClosed, ended="won")
