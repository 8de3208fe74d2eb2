"""The term of a contract: its last day, and that it is told in time, so that somebody can talk of renewal."""

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
    """Tell that the term of a contract ends on this day; decided when it is time to."""

    contract_id: UUID
    ends_on: date


class TermOverBeforeItBegins(Refusal):
    """The contract is in force from {registered_on}: its term cannot end on {ends_on}."""


class NoticeWithoutEnd(Refusal):
    """Notice is given before the end of a term: say when it ends."""


@dataclass(frozen=True, slots=True)
class Term:
    """A contract that ends on a day, and whether that was told."""

    contract: ContractRegistered
    ends_on: date
    told: bool = False


def must_be_a_term(ends_on: date | None, notice_days: int | None, registered_on: date) -> None:
    if ends_on is None and notice_days is not None:
        raise NoticeWithoutEnd
    if ends_on is not None and ends_on < registered_on:
        raise TermOverBeforeItBegins(registered_on=registered_on.isoformat(), ends_on=ends_on.isoformat())


def term_of(contract: ContractRegistered) -> Term | None:
    return None if contract.ends_on is None else Term(contract, contract.ends_on)


def told(term: Term | None) -> Term | None:
    return None if term is None else replace(term, told=True)


def tell_on(registered_on: date, ends_on: date, notice_days: int | None) -> date:
    """The day on which to tell; a term shorter than its notice is told at once."""
    notice = USUAL_NOTICE if notice_days is None else notice_days
    return registered_on if (ends_on - registered_on).days <= notice else ends_on - timedelta(days=notice)


def tell(term: Term | None, command: TellExpiry) -> list[ContractExpiring]:
    """Also of a contract that is closed: what was delivered and paid long ago may still run out."""
    if term is None or term.told or term.ends_on != command.ends_on:
        return []
    shown = {"contract_id", "opportunity_id", "contract_no", "party_id", "company", "account_manager", "ends_on"}
    return [ContractExpiring(**term.contract.model_dump(include=shown), net=term.contract.net)]
