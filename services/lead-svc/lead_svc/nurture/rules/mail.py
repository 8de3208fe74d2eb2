"""The mails that nurture sends, and the command that records the outcome."""

from datetime import datetime

from ltc_events import States
from ltc_events.effect import Effect, EffectOutcome, Mail

from ...lead.rules.history import history as lead
from . import NoteMail, against, decider
from .states import NurtureMailIntended


def stands(states: States, mail: NurtureMailIntended, at: datetime) -> bool:
    """Checked again when the mail leaves: consent may have been taken back since it was intended."""
    course = states.of(decider, mail.nurture_id)
    return course.now is not None and course.runs == mail.run and against(states.of(lead, mail.lead_id), at) is None


def composed(mail: NurtureMailIntended) -> Mail:
    return Mail(to=mail.to, name=mail.name, subject=mail.subject, body=mail.body, words={"company": mail.company}, withdraw="/withdrawals")


def outcome(mail: NurtureMailIntended, came: EffectOutcome) -> NoteMail:
    return NoteMail(
        nurture_id=mail.nurture_id,
        lead_id=mail.lead_id,
        run=mail.run,
        step=mail.step,
        attempt=mail.attempt,
        outcome=came.outcome,
        detail=came.detail,
        at=came.at,
    )


mails = Effect(
    intent=NurtureMailIntended,
    streams=lambda mail: [lead.of(mail.lead_id), decider.of(mail.nurture_id)],
    stands=stands,
    mail=composed,
    told=outcome,
)
