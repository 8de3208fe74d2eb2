"""The list of deals."""

from datetime import date
from uuid import UUID

from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from opportunity_svc.deal.read import opportunity_list
from shown_facts import DEAL, NOW, QUOTE, TODAY, drafted, lines, shown, usd

opened = OpportunityOpened(
    opportunity_id=DEAL,
    lead_id=UUID(int=4),
    party_id=UUID(int=5),
    company="Acme",
    need="Servers",
    value=usd(500_000),
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
)


def test_an_open_deal_is_in_the_pipeline() -> None:
    (row,) = shown(opportunity_list, [opened])
    assert (row["status"], row["value"], row["currency"], row["opened_at"], row["closed_on"]) == ("open", 500_000, "USD", NOW, None)


def test_a_won_deal_shows_what_it_came_to() -> None:
    won = OpportunityWon(
        **{**opened.model_dump(include={"opportunity_id", "party_id", "company"}), "quote_id": QUOTE, "quote_hash": drafted.quote_hash},
        account_manager="ann",
        solution_manager="sam",
        fulfilment_manager="fay",
        currency="USD",
        lines=lines,
        net=usd(80),
        won_on=TODAY,
    )
    (row,) = shown(opportunity_list, [opened, won])
    assert (row["status"], row["quote_id"], row["won"], row["won_currency"], row["closed_on"]) == ("won", QUOTE, 80, "USD", TODAY)


def test_a_lost_deal_shows_why() -> None:
    lost = OpportunityLost(
        opportunity_id=DEAL, lead_id=UUID(int=4), reason="competitor", lesson="Be first", competitor="Rival", lost_on=TODAY
    )
    (row,) = shown(opportunity_list, [opened, lost])
    assert (row["status"], row["loss_reason"], row["lesson"], row["competitor"]) == ("lost", "competitor", "Be first", "Rival")
