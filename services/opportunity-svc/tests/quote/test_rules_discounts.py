"""Who may allow a discount: by grant, by the matrix, and by nobody alone where a deal looks split."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import Decider, Event, Money
from ltc_events.opportunity import OpportunityOpened, PricedLine, lines_hash
from ltc_events.testing import Given
from ltc_events.testing import given as given_that
from opportunity_svc.authority_grant.rules import AuthorityGranted, authority_id
from opportunity_svc.quote.rules import decider as quotes
from opportunity_svc.quote.rules.approval import ApproveQuote, BeyondAuthority, QuoteOfOtherParty, SubmitQuote
from opportunity_svc.quote.rules.discount_tally import Beside, Counted, DiscountCounted, Tally, tally_id
from opportunity_svc.quote.rules.events import QuoteApprovalRequested, QuoteApproved, QuoteDrafted
from opportunity_svc.quote.rules.margin import LineCost
from opportunity_svc.rule_book.rules import CONFIGURATION, DISCOUNT, RulesActivated, RulesDrafted
from opportunity_svc.rule_book.rules.configuration import ConfigurationInvalid, ConfigurationRules, Requires
from opportunity_svc.rule_book.rules.discount import Allowance, DiscountMatrix

TODAY = date(2026, 11, 24)
PARTY, QUOTE, DEAL = UUID(int=5), UUID(int=3), UUID(int=1)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


line = PricedLine(
    line=1,
    product="CARD",
    description="A card",
    quantity=Decimal(1),
    unit="piece",
    list_price=usd(1_000),
    discount=Decimal("0.1"),
    net=usd(900),
    tax_rate=Decimal("0.13"),
)
drafted = QuoteDrafted(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    price_book_version=1,
    currency="USD",
    lines=(line,),
    net=usd(900),
    quote_hash=lines_hash((line,)),
    drafted_by="ann",
    drafted_on=TODAY,
    expires_on=TODAY + timedelta(days=30),
    party_id=PARTY,
    costs=(LineCost(line=1, cost=usd(600)),),
)
HASH = drafted.quote_hash
opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=4), party_id=PARTY, company="Acme", need="Cards", value=usd(900), account_manager="ann",
    solution_manager="sam", fulfilment_manager="fay", expected_close=TODAY,
)  # fmt: skip


def after(decider: Decider[Any, Any, Any], *history: Event) -> Given:
    """Of a deal that goes on."""
    return given_that(decider, opened, *history)


def matrix(*rows: Allowance, split_days: int = 30) -> tuple[Event, ...]:
    rules = DiscountMatrix(rows=rows, split_days=split_days)
    return (
        RulesDrafted(book_id=DISCOUNT, book="discount", version=1, discount=rules, drafted_by="mia"),
        RulesActivated(book_id=DISCOUNT, version=1, activated_by="max"),
    )


def may(role: str, amount: int, discount: str = "0.2", margin: str | None = None) -> Allowance:
    floor = None if margin is None else Decimal(margin)
    return Allowance(role=role, max_discount=Decimal(discount), max_amount=usd(amount), min_margin=floor, valid_from=TODAY)


def grant(user: str, amount: int) -> AuthorityGranted:
    return AuthorityGranted(
        authority_id=authority_id(user),
        user=user,
        max_discount=Decimal("0.3"),
        max_amount=usd(amount),
        valid_from=TODAY,
        granted_by="eve",
    )


def other_deal(days_ago: int, net: int = 800, deal: int = 2, quote: int = 4) -> DiscountCounted:
    return DiscountCounted(
        tally_id=tally_id(PARTY),
        party_id=PARTY,
        opportunity_id=UUID(int=deal),
        quote_id=UUID(int=quote),
        discount=Decimal("0.1"),
        net=usd(net),
        submitted_on=TODAY - timedelta(days=days_ago),
    )


submit = SubmitQuote(quote_id=QUOTE, opportunity_id=DEAL, party_id=PARTY, actor="ann", roles=("sales",), today=TODAY)
counted = other_deal(0, 900).model_copy(update={"opportunity_id": DEAL, "quote_id": QUOTE})
by_matrix = QuoteApproved(quote_id=QUOTE, quote_hash=HASH, approved_by="ann", within_own_authority=True, matrix_version=1)
requested = QuoteApprovalRequested(quote_id=QUOTE, quote_hash=HASH, discount=Decimal("0.1"), net=usd(900), requested_by="ann")
split = requested.model_copy(update={"combined": usd(1_700), "split_with": (UUID(int=4),)})


def test_the_matrix_allows_by_role_what_nobody_was_granted() -> None:
    after(quotes, drafted, *matrix(may("sales", 900))).when(submit).then(by_matrix, counted)


@pytest.mark.parametrize("row", [may("sales", 899), may("sales", 900, "0.09"), may("finance", 900), may("sales", 900, margin="0.34")])
def test_beyond_the_matrix_somebody_is_asked(row: Allowance) -> None:
    after(quotes, drafted, *matrix(row)).when(submit).then(requested, counted)


def test_a_margin_that_nobody_knows_was_not_shown() -> None:
    after(quotes, drafted, *matrix(may("sales", 900, margin="0.3"))).when(submit).then(by_matrix, counted)
    unknown = drafted.model_copy(update={"costs": ()})
    after(quotes, unknown, *matrix(may("sales", 900, margin="0.3"))).when(submit).then(requested, counted)


def test_a_grant_counts_beside_the_matrix_and_is_what_is_named() -> None:
    own = by_matrix.model_copy(update={"matrix_version": None})
    after(quotes, drafted, grant("ann", 900), *matrix(may("finance", 1))).when(submit).then(own, counted)


def test_without_a_matrix_nothing_is_counted() -> None:
    after(quotes, drafted, other_deal(1), grant("ann", 900)).when(submit).then(by_matrix.model_copy(update={"matrix_version": None}))


def test_deals_of_one_party_that_together_exceed_the_authority_need_the_higher_approver() -> None:
    history = (drafted, other_deal(29), *matrix(may("sales", 1_000), may("sales_manager", 2_000)))
    after(quotes, *history).when(submit).then(split, counted)
    approve = ApproveQuote(quote_id=QUOTE, opportunity_id=DEAL, quote_hash=HASH, actor="max", roles=("sales",), today=TODAY)
    after(quotes, *history, split).when(approve).then_refused(BeyondAuthority, amount=1_700)
    higher = approve.model_copy(update={"roles": ("sales_manager",)})
    approved = QuoteApproved(quote_id=QUOTE, quote_hash=HASH, approved_by="max", within_own_authority=False, matrix_version=1)
    after(quotes, *history, split).when(higher).then(approved)


def test_a_grant_that_covers_both_is_enough_though_they_look_split() -> None:
    own = by_matrix.model_copy(update={"matrix_version": None})
    after(quotes, drafted, other_deal(1), grant("ann", 1_700), *matrix(may("sales", 1))).when(submit).then(own, counted)


@pytest.mark.parametrize(
    "other",
    [
        other_deal(31),
        other_deal(1).model_copy(update={"opportunity_id": DEAL}),  # an alternative: only one of them can be won
        other_deal(1).model_copy(update={"net": Money(amount=800, currency="EUR")}),
    ],
)
def test_old_deals_other_currencies_and_alternatives_of_one_deal_do_not_add_up(other: DiscountCounted) -> None:
    after(quotes, drafted, other, *matrix(may("sales", 1_000))).when(submit).then(by_matrix, counted)


def test_where_nobody_watches_nothing_is_split() -> None:
    after(quotes, drafted, other_deal(1), *matrix(may("sales", 1_000), split_days=0)).when(submit).then(by_matrix)


def test_a_quote_is_not_counted_for_somebody_else() -> None:
    after(quotes, drafted).when(submit.model_copy(update={"party_id": UUID(int=6)})).then_refused(QuoteOfOtherParty)
    after(quotes, drafted).when(submit.model_copy(update={"party_id": None})).then_refused(QuoteOfOtherParty)


def test_a_price_at_list_is_nobodys_business() -> None:
    full = line.model_copy(update={"discount": Decimal(0)})
    at_list = drafted.model_copy(update={"lines": (full,), "quote_hash": lines_hash((full,))})
    (event,) = after(quotes, at_list, other_deal(1), *matrix(may("sales", 1))).when(submit).events
    assert isinstance(event, QuoteApproved)


def rules(*needed: str) -> tuple[Event, ...]:
    rule = Requires(name="r", kind="requires", product="CARD", any_of=needed)
    return (
        RulesDrafted(
            book_id=CONFIGURATION, book="configuration", version=1, configuration=ConfigurationRules(rules=(rule,)), drafted_by="sam"
        ),
        RulesActivated(book_id=CONFIGURATION, version=1, activated_by="sam"),
    )


def test_an_invalid_configuration_cannot_be_submitted() -> None:
    outcome = after(quotes, drafted, grant("ann", 900), *rules("RACK")).when(submit)
    outcome.then_refused(ConfigurationInvalid)
    assert outcome.refusal is not None
    assert outcome.refusal.details["violations"][0]["remedy"] == "add RACK, or take CARD out"


def test_a_valid_one_says_by_which_rules() -> None:
    (event,) = after(quotes, drafted, grant("ann", 900), *rules("RACK", "CARD")).when(submit).events
    assert isinstance(event, QuoteApproved)
    assert event.configuration_version == 1


COUNTED = st.builds(
    Counted,
    opportunity_id=st.sampled_from([DEAL, UUID(int=2), UUID(int=6)]),
    discount=st.just(Decimal("0.1")),
    net=st.builds(usd, st.integers(0, 10**15)),
    submitted_on=st.just(TODAY),
)


@given(st.dictionaries(st.uuids(), COUNTED, max_size=6))
def test_what_counts_beside_a_deal_is_the_largest_quote_of_each_other(quotes: dict[UUID, Counted]) -> None:
    beside = Tally(quotes).beside(DEAL, "USD", TODAY)
    others = {each.opportunity_id for each in quotes.values()} - {DEAL}
    assert len(beside.quotes) == len(others)
    assert beside.net == sum(max(each.net.amount for each in quotes.values() if each.opportunity_id == deal) for deal in others)


def test_together_they_are_never_more_than_money_can_be() -> None:
    assert Beside((QUOTE,), 10**15).added_to(usd(1)) == usd(10**15)
