"""`ltc import`: data of another system."""

import re
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from ltc_demo.client import ApiClient, TimedOut
from ltc_demo.deal import DealFile
from ltc_demo.deal_file import read
from ltc_demo.history_import import IMPORTER, ImportResult, import_history
from ltc_demo.master_data import OPPORTUNITIES
from ltc_demo.rows import Unreadable
from ltc_demo.timings import Timings
from ltc_runtime.http.issuer import Issuer

from .installation import Installation, find_installation, run
from .lead_import import import_leads
from .output import UNAVAILABLE, USAGE_ERROR, CliError, command, out
from .service_client import Token

CARDS = (".vcf", ".vcard")
"""Files that are vCards."""

SHOWN = 20
"""Refused rows that are printed; the others are counted."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_file)


@command
def import_file(
    file: Annotated[
        Path, typer.Argument(help="A CSV of our own columns, or a CRM export; for leads also XLSX and vCards.", exists=True, dir_okay=False)
    ],
    history: Annotated[
        bool, typer.Option("--history", help="As history: deals that count in figures, and from which nothing follows.")
    ] = False,
    source: Annotated[str, typer.Option(help="What the system it comes from is called; by default as the file.", show_default=False)] = "",
    leads: Annotated[bool, typer.Option("--leads", help="As leads: each row is a company or person with a possible need.")] = False,
    mapping: Annotated[
        str, typer.Option(help="For leads: salesforce, hubspot, jiandaoyun, vcard, or one of your own in the rule book `import`.")
    ] = "",
    encoding: Annotated[str, typer.Option(help="For leads: auto, utf-8, utf-16, gb18030 or windows-1252.")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="For leads: only report what would be imported.")] = False,
    token: Token = "",
) -> None:
    """Import the deals or the leads of FILE. The same file again changes nothing."""
    if history == leads:
        raise CliError(
            "choose --history or --leads: the deals of a file are imported as history, companies and people as leads; "
            "`ltc demo --input FILE` drives deals through",
            USAGE_ERROR,
        )
    if leads:
        mapping = mapping or usual_mapping(file)
        terms = {"mapping": mapping, "source": source or mapping, "encoding": encoding, "dry_run": str(dry_run).lower()}
        if not run(import_leads(find_installation(), file, terms, token)):
            raise typer.Exit(1)
        return
    try:
        deal_file = read(file)
    except Unreadable as error:
        raise CliError(str(error), USAGE_ERROR) from None
    began = time.monotonic()
    done, figures = run(take_over(find_installation(), deal_file, source or named(file), token))
    report(deal_file, done, figures, time.monotonic() - began)
    if done.refused:
        raise typer.Exit(1)


def usual_mapping(file: Path) -> str:
    """The mapping of a file when --mapping is missing: only vCards have one.

    Raises:
        CliError: it may be anybody's export.
    """
    if file.suffix.lower() in CARDS:
        return "vcard"
    raise CliError("name the export's mapping by --mapping: salesforce, hubspot, jiandaoyun, vcard, or your own", USAGE_ERROR)


def named(file: Path) -> str:
    """What a system is called, by the name of its export."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40] or "file"


async def take_over(here: Installation, deal_file: DealFile, source: str, token: str) -> tuple[ImportResult, dict[str, Any]]:
    """Import, and ask for the figures of that system."""
    async with ApiClient({OPPORTUNITIES: here.url(OPPORTUNITIES)}, _tokens(here, token), Timings()) as front:
        try:
            done = await import_history(deal_file, source, front)
            asked = await front.get(OPPORTUNITIES, "figures", f"/sales-figures?origin=imported&source={source}", IMPORTER)
        except TimedOut as error:
            raise CliError(f"given up: {error}; run it again and it goes on where it stopped", UNAVAILABLE) from None
    return done, asked.body


def _tokens(here: Installation, token: str) -> Any:
    if token:
        return lambda subject, roles: token
    if here.stack is None:
        raise CliError("no stack runs here: give a bearer token by --token or LTC_TOKEN", USAGE_ERROR)
    return Issuer(here.settings.data_dir.absolute() / "issuer", here.settings.issuer, here.settings.audience).token


def report(deal_file: DealFile, done: ImportResult, figures: dict[str, Any], seconds: float) -> None:
    """What was done, and what the services count now."""
    all_ = len(deal_file.deals) + len(deal_file.unread)
    out.print(f"{all_:,} rows: {done.new:,} imported, {done.unchanged:,} known already, {len(done.refused):,} refused ({seconds:.1f} s)")
    for row in done.refused[:SHOWN]:
        out.print(f"  line {row.line}: {row.reason}", markup=False)
    if len(done.refused) > SHOWN:
        out.print(f"  and {len(done.refused) - SHOWN:,} more")
    for (product, spelled), times in sorted(done.spellings.items()):
        rows = "1 row" if times == 1 else f"{times:,} rows"
        out.print(f"two spellings of one product: {product!r} is written {spelled!r} in {rows}", markup=False)
    out.print(f"open {figures['open']:,}  won {figures['won']:,}  lost {figures['lost']:,}")
    if figures["win_rate"] is not None:
        out.print(f"win rate {float(figures['win_rate']):.2%}")
    if figures["median_won_cycle_days"] is not None:
        out.print(f"median won cycle {float(figures['median_won_cycle_days']):g} days")
    for each in figures["by_value"]:
        rate = "" if each["win_rate"] is None else f", win rate by value {float(each['win_rate']):.2%}"
        out.print(f"won {each['won'] / 100:,.2f} {each['currency']}{rate}", markup=False)
