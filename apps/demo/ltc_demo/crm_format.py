"""The export of a CRM: ``sales_pipeline.csv`` with accounts, products and sales teams beside it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from . import cells
from .catalogue import Catalogue
from .deal import Days, Deal, Item, Price, Stage, Team, minor
from .rows import BadRow, Row, Unreadable, header, rows

COLUMNS = ("opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value")

_STAGES: dict[str, Stage] = {"prospecting": "lead", "engaging": "open", "lost": "lost", "won": "won"}
_CURRENCY = "USD"
_NOBODY = Team("sales.desk", "sales.management", "solution.desk", "fulfilment.desk")


class CrmExport:
    """Reads rows of the export."""

    kind = "CRM export"

    def __init__(self, path: Path) -> None:
        self.prices = tuple(_prices(path.with_name("products.csv")))
        self._catalogue = Catalogue.of(self.prices)
        self._teams = _teams(path.with_name("sales_teams.csv"))
        self.managers = tuple(sorted({team.manager for team in self._teams.values()} | {_NOBODY.manager}))

    def deal(self, line: int, row: Row) -> Deal:
        """The deal of a row.

        Raises:
            BadRow: it makes no sense.
        """
        stage = _STAGES[cells.one_of(row, "deal_stage", tuple(_STAGES))]
        key = cells.text(row, "opportunity_id")
        days = _days(row, stage)
        spelled = cells.text(row, "product")
        price = self._catalogue.price(spelled, _CURRENCY)
        agent = cells.text(row, "sales_agent")
        return Deal(
            line=line,
            key=key,
            stage=stage,
            company=cells.maybe(row, "account") or f"Unnamed account of {key}",
            need=price.product,
            channel="other",
            currency=_CURRENCY,
            team=self._teams.get(agent) or Team(cells.user(agent), _NOBODY.manager, _NOBODY.solution, _NOBODY.fulfilment),
            items=(Item(price, Decimal(1), _net(row, stage, price)),),
            days=days,
            lesson="The CRM recorded no reason.",
            spelled=spelled,
        )


def _net(row: Row, stage: Stage, price: Price) -> int:
    if stage != "won":
        return price.list_price
    net = minor(cells.number(row, "close_value"), _CURRENCY)
    if net == 0:
        raise BadRow("close_value: a won deal comes to more than nothing")
    if net > price.list_price * 10:
        raise BadRow(f"close_value: {row['close_value']} is more than ten times the list price of {price.product}")
    return net


def _days(row: Row, stage: Stage) -> Days:
    engaged = cells.maybe_day(row, "engage_date")
    closed: date | None = cells.day(row, "close_date") if stage in ("won", "lost") else None
    cells.in_order(("engage_date", engaged), ("close_date", closed))
    return Days(captured=engaged, engaged=engaged, closed=closed, delivered=closed, paid=closed)


def _prices(path: Path) -> list[Price]:
    _expect(path, ("product", "sales_price"))
    found = []
    for row in rows(path):
        if not isinstance(row, tuple):
            raise Unreadable(f"{path}: line {row.line}: {row.reason}")
        line, values = row
        try:
            product = cells.code(values, "product")
            amount = minor(cells.number(values, "sales_price"), _CURRENCY)
        except BadRow as error:
            raise Unreadable(f"{path}: line {line}: {error}") from error
        found.append(Price(product, product, "C62", _CURRENCY, amount))
    return found


def _teams(path: Path) -> dict[str, Team]:
    if not path.exists():
        return {}  # who manages whom is good to know, not needed
    _expect(path, ("sales_agent", "manager", "regional_office"))
    found = {}
    for row in rows(path):
        if isinstance(row, tuple):
            agent, manager, office = (row[1][column] for column in ("sales_agent", "manager", "regional_office"))
            where = cells.user(office)
            found[agent] = Team(cells.user(agent), cells.user(manager), f"solution.{where}", f"fulfilment.{where}")
    return found


def _expect(path: Path, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in header(path)]
    if missing:
        raise Unreadable(f"{path}: column {', '.join(missing)} is missing")
