"""Master data that documents carry: who sells and who buys, as they were when the document was drafted."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from .values import Name, UserId, Value
from .vocabulary import PublishedEvent

EntityCode = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[A-Z0-9][A-Z0-9._-]*$")]
"""A legal entity of ours; short and in capitals, because invoice numbers begin with it."""

Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")
]  # fmt: skip
"""Street, place and what else a letter needs, in lines."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""An ISO 3166-1 code of two letters."""

TaxNumber = Annotated[str, StringConstraints(min_length=4, max_length=40, pattern=r"^[A-Z0-9][A-Z0-9 ./-]*$")]
"""A VAT number, 统一社会信用代码 or the like."""

Logo = Annotated[str, StringConstraints(min_length=8, max_length=65_536, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
"""An SVG or PNG file in base64."""


class LegalEntity(Value):
    """What our documents say of one of our companies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(examples=["Harbour Pumps GmbH"])
    address: Address = Field(examples=["Speicherstadt 4\n20457 Hamburg"])
    country: Country = Field(examples=["DE"])
    tax_number: TaxNumber | None = Field(None, examples=["DE811234567"])
    bank_account: Name | None = Field(None, examples=["DE89 3704 0044 0532 0130 00"])
    logo: Logo | None = None


class Seller(Value):
    """The legal entity that offers, as it was then; its logo is that of its version."""

    legal_entity: EntityCode
    version: int
    name: Name
    address: Address
    country: Country
    tax_number: TaxNumber | None = None
    bank_account: Name | None = None


class LegalEntityActivated(PublishedEvent, type="ltc.opportunity.legal-entity-activated.v1"):
    """Documents drafted from now on say this of one of our companies."""

    entity_id: UUID
    code: EntityCode
    version: int
    previous: int | None = None
    entity: LegalEntity
    activated_by: UserId


Mailbox = Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
"""A mail address of a company, not of a person: it is published and never forgotten."""


class Account(Value):
    """What documents say of a customer."""

    legal_name: Name
    address: Address | None = None
    country: Country | None = None
    tax_number: TaxNumber | None = None
    invoice_mail: Mailbox | None = None


class AccountDescribed(PublishedEvent, type="ltc.lead.account-described.v1"):
    """Documents drafted from now on say this of a customer."""

    party_id: UUID
    account: Account
    described_by: UserId
