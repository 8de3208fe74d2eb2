"""The report at the end: the funnel, the money, how long it took, one deal's story, and whether all of it adds up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from .deal import DealFile, major
from .deal_history import DealHistory
from .ledger import Ledger, is_paid, statuses, sums
from .outcome import DealOutcome
from .timings import Timings, percentile

_MOST_LINES = 20


@dataclass(frozen=True)
class Figures:
    """What the report is made of."""

    deal_file: DealFile
    outcomes: Sequence[DealOutcome]
    ledger: Ledger
    timings: Timings
    seconds: float
    """From the first deal to the last."""
    more: Sequence["Check"] = ()
    """What else must hold."""


@dataclass(frozen=True)
class Check:
    """Something that must be equal to something else."""

    name: str
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        """Whether it is."""
        return self.expected == self.found


def print_heading(console: Console, deal_file: DealFile) -> None:
    """What was read, before anything is done."""
    stages = Counter(deal.stage for deal in deal_file.deals)
    rows = len(deal_file.deals) + len(deal_file.unread)
    said = ", ".join(f"{stages[stage]:,} {stage}" for stage in ("won", "lost", "open", "lead") if stages[stage])
    console.print(f"{deal_file.name} ({deal_file.kind}): {rows:,} rows: {said or 'none that can be read'}", markup=False)
    for unread in deal_file.unread[:_MOST_LINES]:
        console.print(f"  line {unread.line}: not read: {unread.reason}", markup=False, soft_wrap=True)
    if len(deal_file.unread) > _MOST_LINES:
        console.print(f"  and {len(deal_file.unread) - _MOST_LINES:,} more rows that cannot be read")


def print_report(console: Console, figures: Figures, story: DealHistory | None) -> bool:
    """Print all of it.

    Returns:
        whether everything is as it should be.
    """
    if story is not None:
        _print_story(console, story)
    _print_funnel(console, figures)
    _print_money(console, figures)
    _print_timings(console, figures)
    return _print_checks(console, figures)


def checks(figures: Figures) -> list[Check]:
    """What must hold of any file."""
    deal_file, ledger = figures.deal_file, figures.ledger
    stages = Counter(deal.stage for deal in deal_file.deals)
    won = [deal for deal in deal_file.deals if deal.stage == "won"]
    net: Counter[str] = Counter()
    for deal in won:
        net[deal.currency] += deal.net
    leads, opportunities, orders = statuses(ledger.leads), statuses(ledger.opportunities), statuses(ledger.orders)
    contracts, invoices, receipts = statuses(ledger.contracts), ledger.invoices.values(), ledger.receipts.values()
    received = sums(receipts, "amount")
    return [
        counts("rows read", len(deal_file.deals) + len(deal_file.unread), len(deal_file.deals)),
        counts("deals refused", 0, sum(bool(outcome.failure) for outcome in figures.outcomes)),
        counts("leads captured", len(deal_file.deals), len(ledger.leads)),
        counts("leads assigned", stages["lead"], leads["assigned"]),
        counts("opportunities open", stages["open"], opportunities["open"]),
        counts("opportunities lost", stages["lost"], opportunities["lost"]),
        counts("opportunities won", len(won), opportunities["won"]),
        counts("contracts in force or closed", len(won), contracts["registered"] + contracts["closed"]),
        counts("orders accepted in full", len(won), orders["accepted"]),
        _money("net invoiced = won net", net, sums(invoices, "net")),
        _money("money received = money sent", _sent(figures.outcomes), received),
        _money(
            "money received = money applied", received, sums(ledger.invoices.values(), "paid"), sums(ledger.receipts.values(), "unapplied")
        ),
        _money("invoiced − paid = open", _less(sums(invoices, "gross"), received), sums(invoices, "open")),
        counts("contracts closed = deals paid in full", sum(map(is_paid, figures.outcomes)), contracts["closed"]),
        *figures.more,
    ]


def counts(name: str, expected: int, found: int) -> Check:
    """A number that must be another one."""
    return Check(name, f"{expected:,}", f"{found:,}")


def _money(name: str, expected: dict[str, int] | Counter[str], found: dict[str, int], besides: dict[str, int] | None = None) -> Check:
    return Check(name, _written(expected), _written(found, besides or {}))


def _written(amounts: dict[str, int] | Counter[str], besides: dict[str, int] | None = None) -> str:
    texts = [f"{major(amount, currency):,} {currency}" for currency, amount in sorted(amounts.items()) if amount]
    texts += [f"and {major(amount, currency):,} {currency} unapplied" for currency, amount in sorted((besides or {}).items()) if amount]
    return ", ".join(texts) or "none"


def _less(amounts: dict[str, int], paid: dict[str, int]) -> dict[str, int]:
    return {currency: amount - paid.get(currency, 0) for currency, amount in amounts.items()}


def _sent(outcomes: Sequence[DealOutcome]) -> Counter[str]:
    sent: Counter[str] = Counter()
    for each in outcomes:
        sent[each.deal.currency] += each.paid
    return sent


def _table(*columns: str, title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", no_wrap=True)
    return table


def _print_story(console: Console, story: DealHistory) -> None:
    deal = story.outcome.deal
    table = Table(title=f"\nThe story of {deal.key}: {deal.company}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in ("occurred", "service", "what", "by", "trace"):
        table.add_column(column, header_style="dim", no_wrap=True)
    for step in story.steps:
        kind = step["type"].split(".")[2].replace("-", " ")
        table.add_row(step["occurred_at"][:16].replace("T", " "), step["service"], kind, step["actor"], step["trace_id"] or "–")
    console.print(table)


def _print_funnel(console: Console, figures: Figures) -> None:
    ledger = figures.ledger
    leads, opportunities, contracts = statuses(ledger.leads), statuses(ledger.opportunities), statuses(ledger.contracts)
    invoiced = {row["contract_id"] for row in ledger.invoices.values()}
    table = _table("step", "deals", title="\nFunnel")
    for step, count in (
        ("captured", len(ledger.leads)),
        ("assigned, not yet an opportunity", leads["assigned"]),
        ("opportunities", len(ledger.opportunities)),
        ("  open", opportunities["open"]),
        ("  lost", opportunities["lost"]),
        ("  won", opportunities["won"]),
        ("contracts in force", contracts["registered"] + contracts["closed"]),
        ("delivered", statuses(ledger.orders)["accepted"]),
        ("invoiced", len(invoiced)),
        ("paid in full", contracts["closed"]),
    ):
        table.add_row(step, f"{count:,}")
    console.print(table)


def _print_money(console: Console, figures: Figures) -> None:
    invoices, receipts = figures.ledger.invoices.values(), figures.ledger.receipts.values()
    columns = {
        "net invoiced": sums(invoices, "net"),
        "with tax": sums(invoices, "gross"),
        "money in": sums(receipts, "amount"),
        "applied": sums(invoices, "paid"),
        "open": sums(invoices, "open"),
    }
    table = _table("currency", *columns, title="\nMoney")
    for currency in sorted(columns["net invoiced"]):
        table.add_row(currency, *(f"{major(amounts.get(currency, 0), currency):,}" for amounts in columns.values()))
    console.print(table)


def _print_timings(console: Console, figures: Figures) -> None:
    timings, seconds = figures.timings, figures.seconds
    heads = ", ".join(f"{service} {head:,}" for service, head in figures.ledger.heads.items())
    table = _table("step", *TIMES, title="\nTime until another service has consumed an event and reacted to it")
    for step, *figured in timed(timings):
        if step.startswith("→"):
            table.add_row(step, *figured)
    console.print(table)
    again = ", ".join(f"{cause} {times:,}" for cause, times in timings.retries.most_common())
    rate = timings.requests / max(seconds, 0.001)
    console.print(
        f"\nDriven in {seconds:,.1f} s: {timings.requests:,} requests, {rate:,.0f} a second" + (f"; tried again: {again}" if again else ""),
        markup=False,
    )
    console.print(f"Heads of the logs: {heads}")


TIMES = ("times", "p50 ms", "p95 ms", "p99 ms")


def timed(timings: Timings) -> Iterator[tuple[str, ...]]:
    """Every step, how often it was done, and how long it took."""
    for step, taken in timings.seconds.items():
        ordered = sorted(taken)
        yield step, str(len(ordered)), *(f"{percentile(ordered, share) * 1000:.1f}" for share in (0.5, 0.95, 0.99))


def _print_checks(console: Console, figures: Figures) -> bool:
    found = checks(figures)
    table = Table(title="\nChecks", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in ("", "what", "expected", "found"):
        table.add_column(column, header_style="dim", overflow="fold")
    for check in found:
        sign = "[green]✓[/green]" if check.holds else "[red]✗[/red]"
        table.add_row(sign, check.name, check.expected, "" if check.holds else check.found)
    console.print(table)
    stopped = [outcome for outcome in figures.outcomes if outcome.failure]
    for outcome in stopped[:_MOST_LINES]:
        console.print(f"  line {outcome.deal.line} ({outcome.deal.key}) stopped: {outcome.failure}", markup=False, soft_wrap=True)
    if len(stopped) > _MOST_LINES:
        console.print(f"  and {len(stopped) - _MOST_LINES:,} more")
    fine = all(check.holds for check in found)
    console.print("\n[green]All of it adds up.[/green]" if fine else "\n[red]It does not add up.[/red]")
    return fine
