"""Record rounds of negotiation and deadlocks."""

from ltc_runtime.http import Api, Role

from ..deal.rules.states import OPEN
from ..quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote
from .rules import (
    BreakDeadlock,
    ConcessionBelowNothing,
    InDeadlock,
    NoSuchAlternative,
    NoteDeadlock,
    NothingNegotiated,
    NotInDeadlock,
    RecordRound,
    RoundBeforeTheLast,
    RoundOnOtherContent,
    decider,
)

SALES: tuple[Role, ...] = ("sales", "sales_manager")
ROUND = (UnknownQuote, QuoteOfOtherOpportunity, RoundOnOtherContent, InDeadlock, RoundBeforeTheLast, ConcessionBelowNothing)

negotiations = Api("/opportunities", stream=decider)
negotiations.act("/{opportunity_id}/rounds", RecordRound, roles=SALES, refuses=(*OPEN, *ROUND))
negotiations.act("/{opportunity_id}/deadlock", NoteDeadlock, roles=SALES, refuses=(*OPEN, InDeadlock, NothingNegotiated))
negotiations.act("/{opportunity_id}/deadlock/break", BreakDeadlock, roles=SALES, refuses=(*OPEN, NotInDeadlock, NoSuchAlternative))
