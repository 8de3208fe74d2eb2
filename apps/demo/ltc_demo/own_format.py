"""Our own format: ``deals.csv``, one row per deal, with ``prices.csv`` beside it (docs/formats.md)."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import cast

from . import cells
from .catalogue import Catalogue
from .deal import Days, Deal, Item, Payment, Person, Price, Stage, Team, minor
from .rows import BadRow, Row, Unreadable, header, rows

COLUMNS = (
    "deal", "stage", "company", "contact", "email", "channel", "campaign", "need", "owner", "manager", "region", "currency", "items",
    "discount", "advance", "deliveries", "receipts", "paid_share", "joint_receipt", "captured", "engaged", "closed", "delivered", "paid",
    "reason", "lesson",
)  # fmt: skip
REQUIRED = ("deal", "stage", "company", "owner", "currency", "items")
"""The columns without which there is no deal; the others may be left out."""
PRICE_COLUMNS = ("product", "description", "unit", "currency", "list_price", "tax_rate")

_EMPTY = dict.fromkeys(COLUMNS, "")
_STAGES = ("lead", "open", "lost", "won")
_CHANNELS = ("site", "landing_page", "social", "exhibition", "network", "referral", "research", "other")
_REASONS = ("price", "competitor", "no_budget", "no_decision", "timing", "fit", "other")


class OwnFormat:
    """Reads rows of ``deals.csv``."""

    kind = "deals"

    def __init__(self, path: Path) -> None:
        self.prices = tuple(prices_of(path.with_name("prices.csv")))
        self._catalogue = Catalogue.of(self.prices)
        self._managers: set[str] = set()

    @property
    def managers(self) -> tuple[str, ...]:
        """Every sales manager named so far."""
        return tuple(sorted(self._managers))

    def deal(self, line: int, row: Row) -> Deal:
        """The deal of a row.

        Raises:
            BadRow: it makes no sense.
        """
        row = _EMPTY | row
        stage = cast(Stage, cells.one_of(row, "stage", _STAGES))
        currency = cells.text(row, "currency").upper()
        team = _team(row)
        deal = Deal(
            line=line,
            key=cells.text(row, "deal"),
            stage=stage,
            company=cells.text(row, "company"),
            need=cells.maybe(row, "need") or row["items"][:200],
            channel=cells.one_of(row, "channel", _CHANNELS) if row["channel"] else "other",
            currency=currency,
            team=team,
            items=self._items(row, currency),
            days=_days(row, stage),
            person=_person(row),
            campaign=cells.code(row, "campaign") if row["campaign"] else None,
            advance=_percent(row, "advance"),
            deliveries=cells.whole(row, "deliveries", least=1, most=9, default=1),
            payment=_payment(row),
            reason=cells.one_of(row, "reason", _REASONS) if row["reason"] else "other",
            lesson=row["lesson"] or "Not recorded.",
        )
        if stage == "won" and deal.net == 0:
            raise BadRow("discount: a won deal comes to more than nothing")
        self._managers.add(team.manager)
        return deal

    def _items(self, row: Row, currency: str) -> tuple[Item, ...]:
        kept = 1 - _percent(row, "discount")
        found = []
        if not row["items"]:
            raise BadRow("items is empty")
        for part in row["items"].split(";"):
            product, star, quantity = part.rpartition("*")
            if not star:
                raise BadRow(f"items: {cells.shown(part)} is not written like PRODUCT*3")
            price = self._catalogue.price(product.strip(), currency)
            count = cells.parsed(quantity.strip(), "items", least=0, most=10**6)
            if not count:
                raise BadRow(f"items: none of {price.product}")
            net = (count * price.list_price * kept).quantize(Decimal(1), ROUND_HALF_UP)
            found.append(Item(price, count, int(net)))
        return tuple(found)


def _percent(row: Row, column: str) -> Decimal:
    return cells.number(row, column, most=100) / 100 if row[column] else Decimal(0)


def _team(row: Row) -> Team:
    where = cells.user(cells.maybe(row, "region") or "desk")
    owner, manager = cells.user(cells.text(row, "owner")), cells.user(cells.maybe(row, "manager") or "sales.management")
    return Team(owner, manager, f"solution.{where}", f"fulfilment.{where}")


def _person(row: Row) -> Person | None:
    name = cells.maybe(row, "contact")
    return Person(name, cells.email(row, "email")) if name else None


def _payment(row: Row) -> Payment:
    share = _percent(row, "paid_share") if row["paid_share"] else Decimal(1)
    return Payment(cells.whole(row, "receipts", least=1, most=9, default=1), share, cells.maybe(row, "joint_receipt"))


def _days(row: Row, stage: Stage) -> Days:
    captured, engaged, closed, delivered, paid = (
        cells.maybe_day(row, column) for column in ("captured", "engaged", "closed", "delivered", "paid")
    )
    if stage in ("won", "lost") and closed is None:
        raise BadRow("closed is empty")
    cells.in_order(("captured", captured), ("engaged", engaged), ("closed", closed), ("delivered", delivered), ("paid", paid))
    delivered = delivered or closed
    return Days(captured, engaged or captured, closed, delivered, paid or delivered)


def prices_of(path: Path) -> list[Price]:
    """What a price list of our own format says.

    Raises:
        Unreadable: a line of it cannot be read, or a column is missing.
    """
    missing = [column for column in PRICE_COLUMNS if column not in header(path)]
    if missing:
        raise Unreadable(f"{path}: column {', '.join(missing)} is missing")
    found = []
    for row in rows(path):
        if not isinstance(row, tuple):
            raise Unreadable(f"{path}: line {row.line}: {row.reason}")
        line, values = row
        try:
            found.append(_price(values))
        except BadRow as error:
            raise Unreadable(f"{path}: line {line}: {error}") from error
    return found


def _price(row: Row) -> Price:
    currency = cells.text(row, "currency").upper()
    return Price(
        product=cells.code(row, "product"),
        description=cells.text(row, "description"),
        unit=cells.text(row, "unit"),
        currency=currency,
        list_price=minor(cells.number(row, "list_price"), currency),
        tax_rate=cells.number(row, "tax_rate", most=1),
    )
