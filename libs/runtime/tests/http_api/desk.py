"""A service small enough to test the edge with: guests who sign in, pay and leave; and a client for it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

import httpx
from ltc_events import Command, Decider, Event, Money, Name, Personal, PublishedEvent, Refusal, change, on, projection, put
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View
from ltc_runtime.http.app import ServiceApp
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import Log
from ltc_runtime.service import Feature, Service
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import UUID as PgUUID


class SignIn(Command):
    guest_id: UUID
    company: Name
    name: Personal[str]


class Pay(Command):
    guest_id: UUID
    amount: Money


class SignOut(Command):
    guest_id: UUID
    actor: str


class ForgetGuest(Command):
    guest_id: UUID


class GuestSignedIn(PublishedEvent, type="ltc.desk.guest-signed-in.v1"):
    guest_id: UUID
    company: Name
    name: Personal[str]


class GuestPaid(Event, type="ltc.desk.guest-paid.v1"):
    guest_id: UUID
    amount: Money
    total: Money


class GuestSignedOut(PublishedEvent, type="ltc.desk.guest-signed-out.v1"):
    guest_id: UUID


class GuestForgotten(Event, type="ltc.desk.guest-forgotten.v1"):
    guest_id: UUID


class UnknownGuest(Refusal):
    """There is no such guest."""

    status = 404


class GuestIsGone(Refusal):
    """The guest {company} has signed out."""


@dataclass(frozen=True)
class Nobody:
    pass


@dataclass(frozen=True)
class Guest:
    company: str
    paid: Money | None = None
    gone: bool = False


GuestState: TypeAlias = Nobody | Guest
GuestCommand: TypeAlias = SignIn | Pay | SignOut | ForgetGuest
GuestEvent: TypeAlias = GuestSignedIn | GuestPaid | GuestSignedOut | GuestForgotten


def decide(guest: GuestState, command: GuestCommand) -> list[GuestEvent]:
    match command:
        case SignIn():
            if isinstance(guest, Guest):
                return []
            return [GuestSignedIn(guest_id=command.guest_id, company=command.company, name=command.name)]
        case Pay():
            here = must_be_here(guest)
            total = command.amount if here.paid is None else here.paid + command.amount
            return [GuestPaid(guest_id=command.guest_id, amount=command.amount, total=total)]
        case SignOut():
            return [] if isinstance(guest, Guest) and guest.gone else [GuestSignedOut(guest_id=must_be_here(guest) and command.guest_id)]
        case ForgetGuest():
            return [GuestForgotten(guest_id=command.guest_id)]


def must_be_here(guest: GuestState) -> Guest:
    if not isinstance(guest, Guest):
        raise UnknownGuest
    if guest.gone:
        raise GuestIsGone(company=guest.company)
    return guest


def evolve(guest: GuestState, event: GuestEvent) -> GuestState:
    match event:
        case GuestSignedIn():
            return Guest(event.company)
        case GuestPaid() if isinstance(guest, Guest):
            return Guest(guest.company, event.total, guest.gone)
        case GuestSignedOut() if isinstance(guest, Guest):
            return Guest(guest.company, guest.paid, True)
        case _:
            return guest


guest: Decider[GuestState, GuestCommand, GuestEvent] = Decider(
    kind="guest", id="guest_id", initial=Nobody(), decide=decide, evolve=evolve, commands=GuestCommand, events=GuestEvent
)  # fmt: skip

guest_list = Table(
    "guest_list",
    MetaData(schema="read"),
    Column("guest_id", PgUUID, primary_key=True),
    Column("company", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("signed_in_at", DateTime(timezone=True), nullable=False),
)

guests = projection(
    "guests",
    on(
        GuestSignedIn,
        put(
            guest_list,
            lambda e, fact: {
                "guest_id": e.guest_id, "company": e.company, "name": e.name, "status": "here", "paid": 0, "signed_in_at": fact.occurred_at,
            },
        ),
    ),
    on(GuestPaid, change(guest_list, lambda e: {"guest_id": e.guest_id, "paid": e.total.amount})),
    on(GuestSignedOut, change(guest_list, lambda e: {"guest_id": e.guest_id, "status": "gone"})),
)  # fmt: skip


class SignInBody(Body):
    company: Name
    name: Name


class PayBody(Body):
    amount: Money


class SignedIn(View):
    guest_id: UUID


class GuestRow(View):
    guest_id: UUID
    company: str
    name: str | None
    status: Literal["here", "gone"]
    paid: int


class GuestView(GuestRow):
    actions: list[str]


api = Api("/guests", stream=guest)


@api.create("", roles=("sales",))
async def sign_in(body: SignInBody, handle: Handle) -> SignedIn:
    """A guest comes in."""
    guest_id = handle.new_id("guest")
    return await handle(SignIn(guest_id=guest_id, company=body.company, name=handle.seal(guest_id, body.name)), SignedIn(guest_id=guest_id))


@api.act("/{guest_id}/pay", roles=("finance",), refuses=(UnknownGuest, GuestIsGone), money=True)
async def pay(guest_id: UUID, body: PayBody, handle: Handle) -> None:
    """A guest pays."""
    return await handle(Pay(guest_id=guest_id, amount=body.amount))


@api.act("/{guest_id}/sign-out", roles=("sales", "sales_manager"), refuses=(UnknownGuest, GuestIsGone))
async def sign_out(guest_id: UUID, handle: Handle) -> None:
    """A guest leaves."""
    return await handle(SignOut(guest_id=guest_id, actor=handle.actor))


@api.act("/{guest_id}/forget", roles=("operator",))
async def forget_guest(guest_id: UUID, handle: Handle) -> None:
    """A guest wants to be forgotten."""
    handle.forget(guest_id)
    return await handle(ForgetGuest(guest_id=guest_id))


@api.query("/{guest_id}", roles=EVERYONE, refuses=(UnknownGuest,))
async def show_guest(guest_id: UUID, read: Read) -> GuestView:
    """One guest."""
    row = await read.one(select(guest_list).where(guest_list.c.guest_id == guest_id), UnknownGuest, stream=guest.of(guest_id))
    possible = ("pay", "sign_out", "forget_guest") if row["status"] == "here" else ("forget_guest",)
    return GuestView(**{**row, "name": await read.open(row["name"])}, actions=read.actions(possible))


@api.query("", roles=EVERYONE)
async def list_guests(
    read: Read, paging: Paging, status: Literal["here", "gone"] | None = None, company: list[str] | None = None
) -> Page[GuestRow]:
    """Guests, newest first."""
    query = select(guest_list)
    if status is not None:
        query = query.where(guest_list.c.status == status)
    if company is not None:
        query = query.where(guest_list.c.company.in_(company))
    key = (guest_list.c.signed_in_at, guest_list.c.guest_id)
    return await read.page(query, key=key, into=GuestRow, paging=paging, personal=("name",))


api.history("/{guest_id}/history", roles=EVERYONE, refuses=(UnknownGuest,))

desk = Service("desk-svc", Feature(api=api, deciders=(guest,), projections=(guests,)))


class Client(httpx.AsyncClient):
    """Speaks with the desk in a role."""

    def __init__(self, app: ServiceApp, issuer: Issuer) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url="http://desk")
        self.app = app
        self.issuer = issuer

    def as_(self, *roles: str, subject: str = "ann") -> dict[str, str]:
        """Headers of somebody with these roles."""
        return {"authorization": f"Bearer {self.issuer.token(subject, roles)}"}

    async def sign_in(self, company: str = "Acme", name: str = "Ann Lee", **headers: str) -> httpx.Response:
        """A guest comes in."""
        return await self.post("/guests", json={"company": company, "name": name}, headers={**self.as_("sales"), **headers})

    async def guest(self, company: str = "Acme") -> str:
        """The path of a guest who came in."""
        answer = await self.sign_in(company)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]


def code_of(answer: httpx.Response) -> str:
    """The code of a problem, which is also checked for form."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"/problems/{problem['code']}"
    assert {"title", "detail"} <= problem.keys()
    code: str = problem["code"]
    return code


def pointers(answer: httpx.Response) -> set[str]:
    """What parts of the request were at fault."""
    return {error.get("pointer") or error.get("parameter") or "" for error in answer.json()["errors"]}


async def events(log: Log) -> list[str]:
    """The types of the events in the log, in order."""
    return [row["type"].split(".")[2] for row in await log.pool.fetch("SELECT type FROM log ORDER BY position")]
