"""What holds for every lead, whatever is asked in whatever order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from lead_svc.contact import rules as person
from lead_svc.lead import rules as lead
from lead_svc.lead.rules.assignment import AssignLead
from lead_svc.lead.rules.capture import CaptureLead
from lead_svc.lead.rules.conversion import ConvertLead
from lead_svc.lead.rules.merge import MergeLead, UnmergeLead
from lead_svc.lead.rules.pool import RecycleLead, ReleaseLead
from lead_svc.lead.rules.qualification import DisqualifyLead, QualifyLead
from lead_svc.lead.rules.touch import LogTouch, RecordConsent
from ltc_events import AnyDecider, Command, Event, Money
from ltc_events.testing import fold
from ltc_events.testing import given as after
from ltc_events.vocabulary import members

ONE = st.just(UUID(int=1))
USER = st.sampled_from(["ann", "bob", "cem", "dee"])
WORDS = st.sampled_from(["servers", "服务器 🚀", 'say "hi"\n\tand bye'])
MONEY = st.builds(Money, amount=st.integers(0, 10**15), currency=st.sampled_from(["USD", "CNY"]))
DAY = st.dates()
SUBJECT = UUID(int=2)
SEALED = st.just(f"sealed.v1.{SUBJECT}.{'A' * 40}")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
maybe = st.none().__or__

LEAD_COMMANDS = st.one_of(
    st.builds(
        CaptureLead,
        lead_id=ONE,
        company=st.sampled_from(["Acme", "华为"]),
        channel=st.sampled_from(["site", "referral"]),
        need=maybe(WORDS),
        contact_id=maybe(st.just(SUBJECT)),
        contact_name=maybe(SEALED),
    ),
    st.builds(AssignLead, lead_id=ONE, owner=USER),
    st.builds(QualifyLead, lead_id=ONE, need=WORDS, budget=MONEY, authority=st.just("Board"), timing=DAY),
    st.builds(QualifyLead, lead_id=ONE, need=maybe(WORDS), budget=maybe(MONEY), timing=maybe(DAY)),
    st.builds(
        LogTouch,
        lead_id=ONE,
        touch_id=ONE,
        kind=st.just("call"),
        direction=st.sampled_from(["in", "out"]),
        marketing=st.booleans(),
        at=st.sampled_from([NOON, NOON + timedelta(days=1)]),
        now=st.just(NOON),
        actor=USER,
    ),
    st.builds(ReleaseLead, lead_id=ONE, reason=WORDS, actor=USER, by_manager=st.booleans()),
    st.builds(RecycleLead, lead_id=ONE, due=st.just(NOON)),
    st.builds(AssignLead, lead_id=ONE, owner=USER, by_manager=st.booleans(), at=st.just(NOON)),
    st.builds(RecordConsent, lead_id=ONE, given=st.booleans(), until=maybe(DAY), source=st.just("Form")),
    st.builds(DisqualifyLead, lead_id=ONE, reason=WORDS),
    st.builds(ConvertLead, lead_id=ONE, account_manager=USER, solution_manager=USER, fulfilment_manager=USER, expected_close=maybe(DAY)),
)


def only_refusals_escape_and_facts_survive(decides: AnyDecider, commands: Sequence[Command]) -> None:
    decider = decides
    history: tuple[Event, ...] = ()
    for command in commands:
        alone = decides if isinstance(command, members(decides.commands)) else decider
        outcome = after(alone, *history).when(command)  # anything but a refusal escapes from here
        for event in outcome.events:
            assert type(event).model_validate_json(event.model_dump_json()) == event
        states = fold((decider,), history)
        for event in outcome.events:
            stream = decider.of(getattr(event, decider.id))
            states[stream] = decider.evolve(states.get(stream, decider.initial), event)
        history = (*history, *outcome.events)
        assert fold((decider,), history) == states


@settings(max_examples=150, deadline=None)
@given(st.lists(LEAD_COMMANDS, max_size=10))
def test_leads_obey_the_laws(commands: list[lead.LeadCommand]) -> None:
    only_refusals_escape_and_facts_survive(lead.decider, commands)


NEEDS = st.sampled_from([UUID(int=1), UUID(int=3), UUID(int=4)])
MERGING_COMMANDS = st.one_of(
    st.builds(MergeLead, lead_id=NEEDS, into=NEEDS, merge_id=ONE, reason=WORDS),
    st.builds(UnmergeLead, lead_id=NEEDS, above=st.lists(NEEDS, unique=True).map(tuple), reason=WORDS),
)
CAPTURED = tuple(CaptureLead(lead_id=UUID(int=id), company="Acme", channel="site") for id in (1, 3, 4))


@given(st.lists(st.one_of(LEAD_COMMANDS, MERGING_COMMANDS), max_size=10))
def test_merged_leads_obey_the_laws(commands: list[Command]) -> None:
    only_refusals_escape_and_facts_survive(lead.decider, [*CAPTURED, *commands])


PEOPLE = st.sampled_from([UUID(int=1), UUID(int=3), UUID(int=4)])
PEOPLE_COMMANDS = st.one_of(
    st.builds(person.ForgetPerson, subject_ids=st.lists(PEOPLE, min_size=1, unique=True).map(tuple), known=st.booleans()),
    st.builds(person.MergeContact, subject_id=PEOPLE, into=PEOPLE, merge_id=ONE, reason=SEALED, known=st.booleans()),
    st.builds(person.UnmergeContact, subject_id=PEOPLE, into=maybe(PEOPLE), reason=SEALED, known=st.booleans()),
)


@given(st.lists(PEOPLE_COMMANDS, max_size=6))
def test_people_obey_the_laws(commands: list[person.PersonCommand]) -> None:
    only_refusals_escape_and_facts_survive(person.decider, commands)
