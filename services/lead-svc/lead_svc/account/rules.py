"""Legal name, address, country, tax number and invoice mail of a party, for its documents."""

from collections.abc import Sequence
from uuid import UUID

from ltc_events import Command, Decider, Name, States, Stream
from ltc_events.filled import Actor
from ltc_events.master_data import Account, AccountDescribed, Address, Country, Mailbox, TaxNumber
from pydantic import Field

from ..party import rules as party
from ..party.rules import must_be_known


class DescribeAccount(Command):
    """Record what documents say of a party, in place of what was recorded before."""

    party_id: UUID
    legal_name: Name = Field(examples=["Northwind Pumps Ltd"])
    address: Address | None = Field(None, examples=["1 Harbour Road\nBristol BS1 4XX"])
    country: Country | None = Field(None, examples=["GB"])
    tax_number: TaxNumber | None = Field(None, examples=["GB123456789"])
    invoice_mail: Mailbox | None = Field(
        None, examples=["invoices@northwind.example"], description="A mailbox of the company, not of a person."
    )
    described_by: Actor

    def reads(self) -> Sequence[Stream]:
        """The account, and the party it belongs to."""
        return [decider.of(self.party_id), party.decider.of(self.party_id)]


def decide(states: States, command: DescribeAccount) -> list[AccountDescribed]:
    must_be_known(states.of(party.decider, command.party_id))
    account = Account(**command.model_dump(include=set(Account.model_fields)))
    if states.of(decider, command.party_id) == account:
        return []
    return [AccountDescribed(party_id=command.party_id, account=account, described_by=command.described_by)]


def evolve(account: Account | None, event: AccountDescribed) -> Account:
    return event.account


decider: Decider[Account | None, DescribeAccount, AccountDescribed] = Decider(
    kind="account", id="party_id", initial=None, decide_many=decide, evolve=evolve, commands=DescribeAccount, events=AccountDescribed,
    also=(party.decider,), shared=True, by_last=True,
)  # fmt: skip
