"""A client of the services' APIs."""

from collections.abc import Collection, Iterable
from typing import Annotated, Any

import httpx
import typer
from ltc_runtime.http.issuer import Issuer

from .installation import Installation
from .output import REFUSED, UNAVAILABLE, USAGE_ERROR, CliError

Token = Annotated[
    str, typer.Option("--token", envvar="LTC_TOKEN", help="A bearer token; the embedded stack makes its own.", show_default=False)
]


def client(here: Installation, roles: Iterable[str], token: str) -> httpx.AsyncClient:
    """A client that may do what these roles may."""
    return httpx.AsyncClient(headers={"Authorization": f"Bearer {token or own_token(here, roles)}"}, timeout=15.0, trust_env=False)


def own_token(here: Installation, roles: Iterable[str]) -> str:
    """A token of the embedded issuer."""
    if here.stack is None:
        raise CliError("no stack runs here: give a bearer token by --token or LTC_TOKEN", USAGE_ERROR)
    issuer = Issuer(here.settings.data_dir.absolute() / "issuer", here.settings.issuer, here.settings.audience)
    return issuer.token("operator", roles, seconds=300)


async def request(http: httpx.AsyncClient, method: str, url: str, body: Any = None, answers: Collection[int] = ()) -> httpx.Response:
    """An answer that is no refusal, or one of these statuses; the body, if there is one, is sent as JSON."""
    try:
        reply = await http.request(method, url, json=body)
    except httpx.HTTPError as error:
        raise CliError(f"{url} cannot be reached: {type(error).__name__}", UNAVAILABLE) from None
    if reply.status_code >= 400 and reply.status_code not in answers:
        raise CliError(problem_text(reply), REFUSED)
    return reply


def problem_text(reply: httpx.Response) -> str:
    """The text of a problem document."""
    try:
        said = reply.json()
        code = said["code"]
    except (ValueError, KeyError, TypeError):  # another program answers there
        return f"{reply.status_code}: {reply.text[:200]}"
    wrong = "; ".join(f"{each.get('parameter') or each.get('pointer')}: {each['detail']}" for each in said.get("errors") or ())
    return f"{code}: {wrong or said['detail']}"
