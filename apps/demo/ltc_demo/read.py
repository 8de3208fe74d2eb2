"""A file of deals, in our own format or as a CRM exports it: told apart by the header."""

from pathlib import Path

from . import crm, own
from .crm import CrmExport
from .deal import Deal, Reading, Unread
from .own import OwnFormat
from .rows import BadRow, Unreadable, header, rows


def read(path: Path) -> Reading:
    """Every row of ``path``: understood, or the reason why not.

    Raises:
        Unreadable: the file as a whole is none of the formats; the message says what was expected.
    """
    form = _format(path)
    deals: list[Deal] = []
    unread: list[Unread] = []
    first: dict[str, int] = {}
    for row in rows(path):
        if isinstance(row, Unread):
            unread.append(row)
            continue
        line, values = row
        try:
            deal = form.deal(line, values)
            if deal.key in first:
                raise BadRow(f"the id {deal.key} is that of line {first[deal.key]} already")
        except BadRow as error:
            unread.append(Unread(line, str(error)))
            continue
        first[deal.key] = line
        deals.append(deal)
    return Reading(form.kind, path.name, tuple(deals), tuple(unread), form.prices, form.managers)


def _format(path: Path) -> CrmExport | OwnFormat:
    found = set(header(path))
    if found.issuperset(crm.COLUMNS):
        return CrmExport(path)
    if found.issuperset(own.REQUIRED):
        return OwnFormat(path)
    raise Unreadable(_expected(path, found))


def _expected(path: Path, found: set[str]) -> str:
    lacks = {name: [column for column in columns if column not in found] for name, columns in _FORMATS.items()}
    near = min(lacks, key=lambda name: len(lacks[name]))
    return (
        f"{path}: the header is none we know.\n"
        f"  our own format:  {','.join(own.REQUIRED)}; and, if wanted, {','.join(c for c in own.COLUMNS if c not in own.REQUIRED)}\n"
        f"  a CRM export:    {','.join(crm.COLUMNS)}\n"
        f"Nearest is {near}, which lacks: {', '.join(lacks[near])}."
    )


_FORMATS = {"our own format": own.REQUIRED, "a CRM export": crm.COLUMNS}
