"""The term of a contract: its last day, and the notice before it, so that sales can talk of renewal in time."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Refusal
from ltc_events.contract import ContractExpiring, ContractRegistered
from pydantic import Field

USUAL_NOTICE = 90
"""Days before the end, if nothing else was agreed."""

NoticeDays = Annotated[int, Field(ge=0, le=3650)]


class TellExpiry(Command):
    """Announce that the term of a contract ends on this day; a timer sends it when the notice begins."""

    contract_id: UUID
    ends_on: date


class TermOverBeforeItBegins(Refusal):
    """The contract is in force from {registered_on}: its term cannot end on {ends_on}."""


class NoticeWithoutEnd(Refusal):
    """Notice is given before the end of a term: say when it ends."""


@dataclass(frozen=True, slots=True)
class Term:
    """A contract that ends on a day, and whether its end was announced."""

    contract: ContractRegistered
    ends_on: date
    announced: bool = False


def must_be_a_term(ends_on: date | None, notice_days: int | None, registered_on: date) -> None:
    if ends_on is None and notice_days is not None:
        raise NoticeWithoutEnd
    if ends_on is not None and ends_on < registered_on:
        raise TermOverBeforeItBegins(registered_on=registered_on.isoformat(), ends_on=ends_on.isoformat())


def term_of(contract: ContractRegistered) -> Term | None:
    return None if contract.ends_on is None else Term(contract, contract.ends_on)


def announced(term: Term | None) -> Term | None:
    return None if term is None else replace(term, announced=True)


def announce_on(registered_on: date, ends_on: date, notice_days: int | None) -> date:
    """The day of the announcement; a term shorter than its notice is announced at once."""
    notice = USUAL_NOTICE if notice_days is None else notice_days
    return registered_on if (ends_on - registered_on).days <= notice else ends_on - timedelta(days=notice)


def announce(term: Term | None, command: TellExpiry) -> list[ContractExpiring]:
    """Announce the end of a term once, also of a closed contract: its term may end long after the last payment."""
    if term is None or term.announced or term.ends_on != command.ends_on:
        return []
    shown = {"contract_id", "opportunity_id", "contract_no", "party_id", "company", "account_manager", "ends_on"}
    return [ContractExpiring(**term.contract.model_dump(include=shown), net=term.contract.net)]
