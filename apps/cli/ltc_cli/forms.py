"""`ltc forms`: forms as files, applied to opportunity-svc, so that a new field needs no change of code."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from ltc_events.opportunity_forms import FORM_CODE

from .installation import Installation, find_installation, run
from .output import USAGE_ERROR, CliError, Json, command, print_rows
from .service_client import Token, client, request

SERVICE = "opportunity-svc"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forms)


@command
def forms(
    files: Annotated[list[Path], typer.Argument(help="JSON files, each named as its form; a directory means those in it.", exists=True)],
    activate: Annotated[bool, typer.Option("--activate", help="Let what is brought be what is filled in from now on.")] = False,
    token: Token = "",
    as_json: Json = False,
) -> None:
    """Write the forms of FILES as versions. A form without a change gets no new version."""
    rows = run(apply_forms(find_installation(), read(files), activate, token))
    print_rows(rows, as_json, ("form", "version", "status"))


def read(files: Sequence[Path]) -> dict[str, Any]:
    """What the files say, by form."""
    listed = [each for file in files for each in (sorted(file.glob("*.json")) if file.is_dir() else [file])]
    return {code_of(file): content_of(file) for file in listed}


def code_of(file: Path) -> str:
    if not FORM_CODE.fullmatch(file.stem):
        raise CliError(f"{file}: a form is called by small letters, digits, - and _; name the file so", USAGE_ERROR)
    return file.stem


def content_of(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise CliError(f"{file} is not JSON: {error}", USAGE_ERROR) from None


async def apply_forms(here: Installation, definitions: dict[str, Any], activate: bool, token: str) -> list[dict[str, Any]]:
    """Draft each form, activate it where that is asked for, and say what became of it."""
    async with client(here, ("sales_manager",), token) as http:
        rows = []
        for code, definition in definitions.items():
            try:
                rows.append(await apply_form(http, f"{here.url(SERVICE)}/forms/{code}", definition, activate))
            except CliError as trouble:
                raise CliError(f"{code}: {trouble}", trouble.code) from None
        return rows


async def apply_form(http: httpx.AsyncClient, url: str, definition: Any, activate: bool) -> dict[str, Any]:
    """Draft one; what its newest version is then."""
    await request(http, "POST", url, definition)
    newest = await newest_of(http, url)
    if activate and newest["status"] != "live":
        await request(http, "POST", f"{url}/{newest['version']}/activate")
        newest = await newest_of(http, url)
    return {"form": newest["code"], "version": newest["version"], "status": newest["status"]}


async def newest_of(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    found: dict[str, Any] = (await request(http, "GET", url)).json()["data"][0]
    return found
