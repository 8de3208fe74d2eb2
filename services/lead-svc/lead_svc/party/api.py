"""Sales describe parties."""

from uuid import UUID

from ltc_runtime.http import Api, Body, Handle, Role
from pydantic import Field, model_validator

from .rules import DescribeParty, UnknownParty, decider
from .rules.matching import CompanyPhone, Website

SALES: tuple[Role, ...] = ("sales", "sales_manager")

parties = Api("/parties", stream=decider)


class DescribeBody(Body):
    """The web domain and the switchboard of a party."""

    website: Website | None = Field(None, examples=["https://www.acme.example"])
    phone: CompanyPhone | None = Field(None, examples=["+1 555 0100"], description="The switchboard; never a person's number.")

    @model_validator(mode="after")
    def says_something(self) -> "DescribeBody":
        """At least one of the two is given."""
        if self.website is None and self.phone is None:
            raise ValueError("give a website or a phone number")
        return self


@parties.act("/{party_id}/describe", roles=SALES, refuses=(UnknownParty,))
async def describe_party(party_id: UUID, body: DescribeBody, handle: Handle) -> None:
    """Note the web domain or the switchboard of a party."""
    return await handle(DescribeParty(party_id=party_id, website=body.website, phone=body.phone))
