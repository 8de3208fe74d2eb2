"""What documents say of a party."""

from datetime import datetime
from uuid import UUID

from ltc_events import Fact, Refusal, projection
from ltc_events.master_data import AccountDescribed
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, Read

from .api import accounts
from .rules import decider


class NoAccount(Refusal):
    """Nothing is recorded for documents of this party."""

    status = 404


class AccountRow(ReadModel, table="account"):
    """What documents say of a party."""

    party_id: Key[UUID]
    legal_name: str
    address: str | None
    country: str | None
    tax_number: str | None
    invoice_mail: str | None
    described_by: str
    described_at: datetime


def described_at(described: AccountDescribed, fact: Fact) -> datetime:
    return fact.occurred_at


account_list = projection(
    "account_list",
    on(
        AccountDescribed,
        put(
            AccountRow,
            legal_name=lambda described: described.account.legal_name,
            address=lambda described: described.account.address,
            country=lambda described: described.account.country,
            tax_number=lambda described: described.account.tax_number,
            invoice_mail=lambda described: described.account.invoice_mail,
            described_at=described_at,
        ),
    ),
)


@accounts.query("/{party_id}/account", roles=EVERYONE, refuses=(NoAccount,))
async def show_account(party_id: UUID, read: Read) -> AccountRow:
    """What documents say of a party."""
    return await read.row(AccountRow, NoAccount, stream=decider.of(party_id), party_id=party_id)
