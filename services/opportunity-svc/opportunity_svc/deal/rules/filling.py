"""Filling: a form of a deal is held against the version of the form that counts, both decided together."""

from ltc_events import Event, JointDecider, States, Stream

from ...form import rules as form
from ...form.rules import counting, form_id
from .. import rules as opportunity
from . import must_be_open
from .forms import FillForm, fill


def decide(states: States, command: FillForm) -> list[Event]:
    deal = must_be_open(states.of(opportunity.decider, command.opportunity_id))
    return [*fill(deal, counting(command.form, states.of(form.decider, form_id(command.form))), command)]


def streams(command: FillForm) -> list[Stream]:
    return [opportunity.decider.of(command.opportunity_id), form.decider.of(form_id(command.form))]


decider: JointDecider[FillForm] = JointDecider(commands=FillForm, streams=streams, decide=decide, over=(opportunity.decider, form.decider))
