"""Commands of the service, drawn at random."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from ltc_events import Command, Money
from ltc_events.master_data import LegalEntity
from ltc_events.opportunity import CashLine, CostLine
from ltc_events.opportunity_gates import Condition
from ltc_events.opportunity_tasks import Why
from ltc_kit.difference import difference
from opportunity_svc.authority_grant import rules as authority
from opportunity_svc.catalogue import rules as catalogue
from opportunity_svc.deal.rules import bid_costs as costing
from opportunity_svc.deal.rules import decisions as asking
from opportunity_svc.deal.rules import findings as noting
from opportunity_svc.deal.rules import stages as gating
from opportunity_svc.deal.rules import terms as changing
from opportunity_svc.deal.rules.decisions import DecideGate
from opportunity_svc.deal.rules.form_fills import FillForm
from opportunity_svc.deal.rules.opened import ChoosePipeline, JoinOpportunity, OpenOpportunity
from opportunity_svc.deal.rules.outcome import (
    CancelOpportunity,
    DeclineOpportunity,
    LoseOpportunity,
    ResumeOpportunity,
    SuspendOpportunity,
    WinOpportunity,
)
from opportunity_svc.deal.rules.terms import CheckClose
from opportunity_svc.estimate import rules as estimate
from opportunity_svc.finding import rules as findings
from opportunity_svc.forecast import rules as forecast
from opportunity_svc.form import rules as form
from opportunity_svc.hand_over import rules as leaving
from opportunity_svc.hand_over.rules import workload as desk
from opportunity_svc.legal_entity import rules as legal_entity
from opportunity_svc.mandate import rules as mandate
from opportunity_svc.mandate.rules import index as register
from opportunity_svc.negotiation import rules as negotiation
from opportunity_svc.past_opportunity import rules as past
from opportunity_svc.pipeline import rules as pipeline
from opportunity_svc.price_book import rules as price_book
from opportunity_svc.quote.rules import draft as drafting
from opportunity_svc.quote.rules import offer as sending
from opportunity_svc.quote.rules.approval import ApproveQuote, RejectQuote, SubmitQuote
from opportunity_svc.quote.rules.price import AskedLine
from opportunity_svc.rule_book import rules as rule_book
from opportunity_svc.rule_book.rules import configuration
from opportunity_svc.rule_book.rules import discount as discounts
from opportunity_svc.swap import rules as swapping
from opportunity_svc.task.rules import deal_tasks as agenda
from opportunity_svc.task.rules import reasons as raising
from opportunity_svc.task.rules import rejected_orders as trouble
from opportunity_svc.task.rules import states as tasks
from opportunity_svc.team import rules as team

DEAL = st.sampled_from([UUID(int=1), UUID(int=2)])
QUOTE = st.sampled_from([UUID(int=3), UUID(int=4)])
OTHERS = st.lists(QUOTE, max_size=2).map(tuple)
USER = st.sampled_from(["ann", "mia"])
DAY = st.sampled_from([date(2026, 11, 1), date(2026, 11, 24), date(2026, 12, 31)])
WORDS = st.sampled_from(["servers", "服务器 🚀", 'say "hi"\n\tand bye'])
CURRENCY = st.sampled_from(["USD", "CNY"])
MONEY = st.builds(Money, amount=st.integers(-1, 10**15), currency=CURRENCY)
RATE = st.decimals(0, 1, places=4)
QUANTITY = st.decimals("0.000001", "999999999", places=6)
ASKED = st.one_of(
    st.builds(AskedLine, product=st.sampled_from(["P", "Q"]), quantity=QUANTITY, discount=st.none() | st.decimals(-10, 1, places=6)),
    st.builds(AskedLine, product=st.just("P"), quantity=st.just(Decimal(2)), net=MONEY),
    st.builds(AskedLine, product=st.just("P"), quantity=st.just(Decimal(2))),
)
LINES = st.lists(ASKED, min_size=1, max_size=3).map(tuple)
ITEM = st.builds(
    price_book.PriceItem,
    product=st.sampled_from(["P", "Q"]),
    description=st.just("A product"),
    unit=st.just("piece"),
    list_price=st.builds(Money, amount=st.integers(-1, 10**15) | st.just(10_000), currency=st.just("USD")),
    tax_rate=RATE,
)
BOOK_ID = st.just(price_book.price_book_id("list"))
PARTY = st.just(UUID(int=9))
ROLES = st.sampled_from([(), ("sales",), ("sales", "sales_manager")])
PRODUCT = st.builds(
    catalogue.Product,
    product=st.sampled_from(["P", "Q"]),
    name=WORDS.filter(lambda text: "\n" not in text),
    unit=st.just("piece"),
    cost=st.none() | MONEY,
    valid_from=DAY,
    valid_to=st.none() | DAY,
)
RULE = st.one_of(
    st.builds(configuration.Requires, name=st.just("r"), kind=st.just("requires"), product=st.just("P"), any_of=st.just(("Q",))),
    st.builds(configuration.Amount, name=st.just("q"), kind=st.just("quantity"), product=st.just("P"), multiple_of=QUANTITY),
    st.builds(configuration.Ratio, name=st.just("t"), kind=st.just("ratio"), product=st.just("P"), to=st.just("Q"), at_most=QUANTITY),
)
ALLOWANCE = st.builds(
    discounts.Allowance,
    role=st.sampled_from(["sales", "sales_manager"]),
    max_discount=RATE,
    max_amount=MONEY,
    min_margin=st.none() | RATE,
    valid_from=st.just(date(2026, 11, 1)),
)
CONCESSION = st.builds(negotiation.Concession, about=st.just("price"), what=st.just("A week more"), value=st.none() | MONEY)
NEW_COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.lists(PRODUCT, max_size=2, unique_by=lambda product: product.key).map(
        lambda products: catalogue.SetCatalogue(
            catalogue_id=catalogue.CATALOGUE_ID,
            products=tuple(products),
            difference_hash=difference({}, {product.key: product for product in products}).hash,
            set_by="mia",
        )
    ),
    st.builds(
        rule_book.DraftRules,
        book=st.just("configuration"),
        configuration=st.builds(configuration.ConfigurationRules, rules=st.lists(RULE, max_size=2).map(tuple)),
        drafted_by=USER,
    ),
    st.builds(
        rule_book.DraftRules,
        book=st.just("discount"),
        discount=st.builds(
            discounts.DiscountMatrix, rows=st.lists(ALLOWANCE, min_size=1, max_size=2).map(tuple), split_days=st.integers(0, 60)
        ),
        drafted_by=USER,
    ),
    st.builds(
        rule_book.ActivateRules,
        book=st.sampled_from(["configuration", "discount"]),
        version=st.integers(1, 2),
        activated_by=USER,
    ),
    st.builds(
        negotiation.RecordRound,
        opportunity_id=DEAL,
        quote_id=QUOTE,
        quote_hash=st.just("0" * 64),
        gave=st.lists(CONCESSION, max_size=2).map(tuple),
        held_on=DAY,
        actor=USER,
    ),
    st.builds(
        negotiation.NoteDeadlock,
        opportunity_id=DEAL,
        about=WORDS,
        alternatives=st.just((negotiation.Alternative(what="Less of it"),)),
        actor=USER,
        today=DAY,
    ),
    st.builds(negotiation.BreakDeadlock, opportunity_id=DEAL, alternative=st.none() | st.integers(1, 2), how=WORDS, actor=USER, today=DAY),
)
GATE = st.sampled_from(["ATI", "ATB", "ATC"])
NOW = st.just(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
VERDICT = st.sampled_from(
    [
        asking.Verdict(outcome="approved"),
        asking.Verdict(outcome="rejected", reason="No"),
        asking.Verdict(outcome="conditional", conditions=(Condition(text="A bond", owner="ann", due=date(2026, 12, 1)),)),
    ]
)
FINDING = st.one_of(
    st.builds(findings.Pain, code=st.sampled_from(["P1", "P2"]), text=WORDS, owner=st.just("CFO"), because_of=st.none() | st.just("P1")),
    st.builds(findings.BidTerms, price_floor=MONEY, deadline=DAY, bond=MONEY),
    st.builds(findings.Initiation, goal=WORDS, scope=WORDS, resources=WORDS),
    st.builds(findings.PlanStep, code=st.just("S1"), what=WORDS, owner=USER, due=DAY),
    st.builds(findings.FilledForm, code=st.just("F1")),
)
A_FORM = form.Form.model_validate(
    {
        "name": {"en": "Vision", "zh": "愿景"},
        "fields": [{"key": "goal", "type": "text", "label": {"en": "Goal", "zh": "目标"}, "max_length": 30}],
    }
)
VISION = form.form_id("vision")
FORM_COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(form.DraftForm, form_id=st.just(VISION), code=st.just("vision"), form=st.just(A_FORM), drafted_by=USER),
    st.builds(form.ActivateForm, form_id=st.just(VISION), code=st.just("vision"), version=st.integers(1, 2), activated_by=USER),
    st.builds(
        FillForm,
        opportunity_id=DEAL,
        form=st.just("vision"),
        values=st.dictionaries(st.sampled_from(["goal", "story"]), WORDS | st.none(), max_size=2),
        actor=USER,
    ),
)
TASK = st.sampled_from([tasks.task_id("close_passed", 1), tasks.task_id("quote_expired", UUID(int=3))])
KIND = st.sampled_from(["close_passed", "quote_expired", "bid_near", "decision_overdue", "order_rejected", "other"])
WHY = st.builds(
    Why,
    day=st.none() | DAY,
    number=st.none() | st.just(0),
    gate=st.none() | GATE,
    round=st.none() | st.just(1),
    quote_id=st.none() | QUOTE,
    contract_id=st.none() | DEAL,
    may_decide=st.none() | st.just(True),
    user=st.none() | USER,
)
AGENDA = st.sampled_from([agenda.agenda_of(UUID(int=1)), agenda.agenda_of("ann")])
DESK, NOBODY = st.just(desk.desk_of("ann")), st.none() | st.just("mia")
WHAT = st.sampled_from(["deal", "task"])
TASK_COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(CheckClose, opportunity_id=DEAL, today=DAY),
    st.builds(raising.RaiseTask, task_id=TASK, opportunity_id=DEAL, kind=KIND, owner=NOBODY, due=DAY, why=WHY),
    st.builds(raising.FollowUpQuote, quote_id=QUOTE, today=DAY),
    st.builds(raising.TraceQuote, quote_id=QUOTE),
    st.builds(agenda.SeekDeciders, opportunity_id=DEAL, gate=GATE, round=st.just(1), due=DAY, today=DAY),
    st.builds(agenda.VacateSeats, opportunity_id=DEAL),
    st.builds(register.NoteMandate, user=USER),
    st.builds(trouble.NoteContract, contract_id=DEAL, opportunity_id=DEAL, account_manager=USER),
    st.builds(trouble.NoteRejection, contract_id=DEAL, order_id=QUOTE, day=DAY),
    st.builds(trouble.NoteOver, contract_id=DEAL, opportunity_id=DEAL),
    st.builds(tasks.DoTask, task_id=TASK, actor=USER, manages=st.booleans()),
    st.builds(tasks.ReassignTask, task_id=TASK, to=USER, actor=USER, manages=st.booleans()),
    st.builds(tasks.FollowAccount, task_id=TASK, owner=USER, to=USER),
    st.builds(tasks.DropTask, task_id=TASK, reason=st.just("moved")),
    st.builds(agenda.ListTask, agenda_id=AGENDA, task_id=TASK, kind=KIND, owner=USER, why=st.none() | WHY),
    st.builds(agenda.UnlistTask, agenda_id=AGENDA, task_id=TASK),
    st.builds(agenda.ListQuote, agenda_id=AGENDA, quote_id=QUOTE, sent=st.booleans()),
    st.builds(agenda.SettleTasks, agenda_id=AGENDA, kinds=st.lists(KIND, max_size=1).map(tuple), about=WHY, reason=st.just("moved")),
    st.builds(agenda.MoveAccount, agenda_id=AGENDA, owner=USER, to=USER),
    st.builds(desk.NoteWork, desk_id=DESK, user=st.just("ann"), what=WHAT, id=DEAL | TASK),
    st.builds(desk.NoteWorkGone, desk_id=DESK, what=WHAT, id=DEAL | TASK),
    st.builds(desk.TakeWorkUp, desk_id=DESK, user=st.just("ann")),
    st.builds(leaving.HandWorkOver, desk_id=DESK, hand_over_id=DEAL, user=st.just("ann"), to=NOBODY, by=USER, today=DAY),
    st.builds(
        leaving.MoveDeal, opportunity_id=DEAL, hand_over_id=DEAL, user=st.just("ann"), to=NOBODY, by=USER, part=st.integers(1, 2), today=DAY
    ),
    st.builds(leaving.MoveTask, task_id=TASK, hand_over_id=DEAL, user=st.just("ann"), to=NOBODY, by=USER),
)
COSTS = st.builds(lambda amount: (CostLine(category="work", amount=amount),), MONEY)
CASH = st.builds(lambda inflow, outflow: (CashLine(month="2026-12", inflow=inflow, outflow=outflow),), MONEY, MONEY)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        OpenOpportunity,
        opportunity_id=DEAL,
        lead_id=DEAL,
        party_id=DEAL,
        company=st.just("Acme"),
        need=WORDS,
        value=MONEY,
        account_manager=USER,
        solution_manager=USER,
        fulfilment_manager=USER,
        expected_close=DAY,
    ),
    st.builds(
        JoinOpportunity,
        opportunity_id=DEAL,
        lead_id=st.just(UUID(int=3)),
        party_id=st.just(UUID(int=9)),
        need=WORDS,
        value=MONEY,
    ),
    st.builds(LoseOpportunity, opportunity_id=DEAL, reason=st.just("price"), lesson=WORDS, lost_on=DAY),
    st.builds(
        price_book.SetPriceBook,
        code=st.just("list"),
        currency=CURRENCY | st.just("USD"),
        items=st.lists(ITEM, min_size=1, max_size=2).map(tuple),
        valid_from=DAY,
        valid_to=st.none() | DAY,
        set_by=USER,
    ),
    st.builds(
        authority.GrantAuthority,
        user=st.just("mia"),
        max_discount=RATE,
        max_amount=MONEY,
        valid_from=DAY,
        granted_by=USER,
    ),
    st.builds(authority.RevokeAuthority, user=st.just("mia"), revoked_by=USER),
    st.builds(drafting.DraftQuote, quote_id=QUOTE, opportunity_id=DEAL, price_book=st.just("list"), lines=LINES, actor=USER, today=DAY),
    st.builds(drafting.ReviseQuote, quote_id=QUOTE, opportunity_id=DEAL, price_book=st.just("list"), lines=LINES, actor=USER, today=DAY),
    st.builds(SubmitQuote, quote_id=QUOTE, opportunity_id=DEAL, party_id=st.none() | PARTY, actor=USER, roles=ROLES, today=DAY),
    st.builds(ApproveQuote, quote_id=QUOTE, opportunity_id=DEAL, quote_hash=st.just("0" * 64), actor=USER, roles=ROLES, today=DAY),
    st.builds(RejectQuote, quote_id=QUOTE, reason=WORDS, actor=USER, today=DAY),
    st.builds(sending.SendQuote, quote_id=QUOTE, opportunity_id=DEAL, actor=USER, today=DAY),
    st.builds(sending.AcceptQuote, quote_id=QUOTE, opportunity_id=DEAL, others=OTHERS, accepted_on=DAY, today=DAY),
    st.builds(sending.ExpireQuote, quote_id=QUOTE, expires_on=DAY),
    st.builds(WinOpportunity, opportunity_id=DEAL, quote_id=QUOTE, others=OTHERS, lesson=st.none() | WORDS, won_on=DAY, today=DAY),
    st.builds(
        past.ImportOpportunity,
        key=st.just("crm:1"),
        company=st.just("Acme"),
        product=st.just("P"),
        spelled=st.just("P"),
        owner=USER,
        status=st.sampled_from(["open", "won", "lost"]),
        value=MONEY,
        engaged_on=st.none() | DAY,
        closed_on=st.none() | DAY,
        today=DAY,
    ),
    st.builds(
        estimate.DraftEstimate,
        opportunity_id=DEAL,
        revenue=MONEY,
        costs=COSTS,
        cash=CASH,
        assumptions=WORDS,
        drafted_by=USER,
    ),
    st.builds(
        estimate.FreezeEstimate,
        opportunity_id=DEAL,
        gate=st.sampled_from(["ATI", "ATB", "ATC"]),
        version=st.integers(1, 2),
        frozen_by=USER,
    ),
    st.builds(ChoosePipeline, opportunity_id=DEAL, pipeline=st.sampled_from(["light", "project", "none"]), actor=USER),
    st.builds(
        DeclineOpportunity,
        opportunity_id=DEAL,
        how=st.sampled_from(["not_admitted", "no_bid"]),
        reason=st.just("thin_margin"),
        note=WORDS,
        declined_on=DAY,
        actor=USER,
    ),
    st.builds(
        changing.ChangeOpportunity,
        opportunity_id=DEAL,
        value=st.none() | MONEY,
        expected_close=st.none() | DAY,
        account_manager=st.none() | USER,
        reason=WORDS,
        actor=USER,
        today=DAY,
    ),
    st.builds(
        costing.BookBidCost,
        opportunity_id=DEAL,
        cost_id=DEAL,
        kind=st.just("travel"),
        amount=MONEY,
        spent_on=DAY,
        what_for=WORDS,
        actor=USER,
        today=DAY,
    ),
    st.builds(SuspendOpportunity, opportunity_id=DEAL, reason=st.just("budget_frozen"), note=WORDS, actor=USER),
    st.builds(ResumeOpportunity, opportunity_id=DEAL, note=WORDS, actor=USER),
    st.builds(
        CancelOpportunity,
        opportunity_id=DEAL,
        reason=st.just("duplicate"),
        note=WORDS,
        cancelled_on=DAY,
        actor=USER,
    ),
    st.builds(noting.NoteFinding, opportunity_id=DEAL, finding=FINDING, actor=st.none() | USER),
    st.builds(noting.StrikeFinding, opportunity_id=DEAL, kind=st.sampled_from(["pain", "bid_terms"]), code=st.just(""), actor=USER),
    st.builds(noting.SubmitBid, opportunity_id=DEAL, proposal=st.just("v1"), submitted_on=DAY, actor=USER),
    st.builds(noting.RemindOfBid, opportunity_id=DEAL, deadline=DAY, days=st.just(7)),
    st.builds(noting.ForgetMember, opportunity_id=DEAL, subject_id=DEAL, known=st.booleans()),
    st.builds(gating.EnterStage, opportunity_id=DEAL, quote_id=st.none() | QUOTE, actor=USER),
    st.builds(asking.RequestDecision, opportunity_id=DEAL, gate=GATE, business_case=WORDS, quote_id=st.none() | QUOTE, actor=USER, now=NOW),
    st.builds(asking.WithdrawRequest, opportunity_id=DEAL, gate=GATE, actor=USER),
    st.builds(asking.EscalateDecision, opportunity_id=DEAL, gate=GATE, round=st.just(1)),
    st.builds(asking.FulfilCondition, opportunity_id=DEAL, gate=GATE, number=st.integers(0, 2), evidence=WORDS, actor=USER),
    st.builds(DecideGate, opportunity_id=DEAL, gate=GATE, round=st.just(1), verdict=VERDICT, actor=USER, today=DAY),
    st.builds(
        pipeline.DraftPipeline,
        pipeline_id=st.just(pipeline.pipeline_id("light")),
        code=st.just("light"),
        pipeline=st.sampled_from([pipeline.LIGHT, pipeline.PROJECT]),
        drafted_by=USER,
    ),
    st.builds(
        pipeline.ActivatePipeline,
        pipeline_id=st.just(pipeline.pipeline_id("light")),
        code=st.just("light"),
        version=st.integers(0, 3),
        activated_by=USER,
    ),
    st.builds(
        mandate.GrantMandate,
        mandate_id=st.just(mandate.mandate_id("mia")),
        grant_id=DEAL,
        user=st.just("mia"),
        gates=st.sampled_from([("ATI",), ("ATI", "ATB", "ATC")]),
        max_amount=MONEY,
        valid_from=DAY,
        valid_to=st.none() | DAY,
        granted_by=USER,
    ),
    st.builds(mandate.RevokeMandate, mandate_id=st.just(mandate.mandate_id("mia")), user=st.just("mia"), revoked_by=USER),
    st.builds(
        mandate.DelegateMandate,
        mandate_id=st.just(mandate.mandate_id("mia")),
        delegation_id=DEAL,
        user=st.just("mia"),
        to=USER,
        gates=st.just(("ATI",)),
        max_amount=MONEY,
        valid_from=DAY,
        valid_to=DAY,
        actor=USER,
    ),
    st.builds(mandate.EndDelegation, mandate_id=st.just(mandate.mandate_id("mia")), delegation_id=DEAL, user=st.just("mia"), ended_by=USER),
    NEW_COMMANDS,
    FORM_COMMANDS,
    TASK_COMMANDS,
    st.builds(
        swapping.ProposeSwap,
        opportunity_id=DEAL,
        quote_id=st.none() | QUOTE,
        line=st.integers(1, 2),
        product=st.sampled_from(["P", "Q"]),
        reason=WORDS,
        actor=USER,
        today=DAY,
    ),
    st.builds(swapping.ApproveSwap, opportunity_id=DEAL, quote_id=st.none() | QUOTE, number=st.integers(1, 2), actor=USER, today=DAY),
    st.builds(swapping.RejectSwap, opportunity_id=DEAL, number=st.integers(1, 2), reason=WORDS, actor=USER),
    st.builds(swapping.EndSelection, opportunity_id=DEAL, contract_id=DEAL),
    st.builds(
        forecast.SetForecast,
        forecast_id=st.just(UUID(int=6)),
        opportunity_id=DEAL,
        category=st.sampled_from(["commit", "omitted"]),
        amount=MONEY,
        close_on=DAY,
        set_by=USER,
        today=DAY,
    ),
    st.builds(
        legal_entity.DraftLegalEntity,
        entity_id=st.just(UUID(int=6)),
        code=st.just("ACME-DE"),
        entity=st.builds(
            LegalEntity, name=st.just("Acme GmbH"), address=st.sampled_from(["Kai 9", "Kai 9\n20457 Hamburg"]), country=st.just("DE")
        ),
        drafted_by=USER,
    ),
    st.builds(
        legal_entity.ActivateLegalEntity,
        entity_id=st.just(UUID(int=6)),
        code=st.just("ACME-DE"),
        version=st.integers(1, 2),
        activated_by=USER,
    ),
    st.builds(
        team.SetTeam,
        team_id=st.just(UUID(int=5)),
        code=st.just("east"),
        lead=USER,
        members=st.lists(USER, min_size=1, max_size=2).map(tuple),
        set_by=USER,
    ),
    st.builds(
        team.SetTarget,
        team_id=st.just(UUID(int=5)),
        period=st.just("2026-Q4"),
        amount=MONEY,
        weights=st.builds(team.Weights, commit=RATE, best_case=RATE, pipeline=RATE),
        set_by=USER,
    ),
)
