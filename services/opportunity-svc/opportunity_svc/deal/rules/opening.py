"""Opening: a deal begins in the version of its pipeline that counts then, both decided together, and keeps it to its end."""

from typing import TypeAlias

from ltc_events import Event, JointDecider, States, Stream

from ...pipeline import rules as pipeline
from ...pipeline.rules import counting, pipeline_id
from .. import rules as opportunity
from . import must_be_open
from .working import ChoosePipeline, OpenOpportunity, choose, open_

OpeningCommand: TypeAlias = OpenOpportunity | ChoosePipeline


def decide(states: States, command: OpeningCommand) -> list[Event]:
    deal = states.of(opportunity.decider, command.opportunity_id)
    code = code_of(command)
    begins_in = counting(code, states.of(pipeline.decider, pipeline_id(code)))
    match command:
        case OpenOpportunity():
            return [*open_(deal, begins_in, command)]
        case ChoosePipeline():
            return [*choose(must_be_open(deal), begins_in, command)]


def code_of(command: OpeningCommand) -> str:
    return command.pipeline


def streams(command: OpeningCommand) -> list[Stream]:
    return [opportunity.decider.of(command.opportunity_id), pipeline.decider.of(pipeline_id(code_of(command)))]


decider: JointDecider[OpeningCommand] = JointDecider(
    commands=OpeningCommand, streams=streams, decide=decide, over=(opportunity.decider, pipeline.decider)
)
