"""A file of deals, in our own format or as a CRM exports it: told apart by the header."""

from pathlib import Path

from . import crm_format, own_format
from .crm_format import CrmExport
from .deal import Deal, DealFile, UnreadRow
from .own_format import OwnFormat
from .rows import BadRow, Unreadable, header, rows


def read(path: Path) -> DealFile:
    """Every row of ``path``: understood, or the reason why not.

    Raises:
        Unreadable: the file as a whole is none of the formats; the message says what was expected.
    """
    form = _format(path)
    deals: list[Deal] = []
    unread: list[UnreadRow] = []
    first: dict[str, int] = {}
    for row in rows(path):
        if isinstance(row, UnreadRow):
            unread.append(row)
            continue
        line, values = row
        try:
            deal = form.deal(line, values)
            if deal.key in first:
                raise BadRow(f"the id {deal.key} is that of line {first[deal.key]} already")
        except BadRow as error:
            unread.append(UnreadRow(line, str(error)))
            continue
        first[deal.key] = line
        deals.append(deal)
    return DealFile(form.kind, path.name, tuple(deals), tuple(unread), form.prices, form.managers)


def _format(path: Path) -> CrmExport | OwnFormat:
    found = set(header(path))
    if found.issuperset(crm_format.COLUMNS):
        return CrmExport(path)
    if found.issuperset(own_format.REQUIRED):
        return OwnFormat(path)
    raise Unreadable(_expected(path, found))


def _expected(path: Path, found: set[str]) -> str:
    lacks = {name: [column for column in columns if column not in found] for name, columns in _FORMATS.items()}
    near = min(lacks, key=lambda name: len(lacks[name]))
    optional = [column for column in own_format.COLUMNS if column not in own_format.REQUIRED]
    return (
        f"{path}: the header is none we know.\n"
        f"  our own format:  {','.join(own_format.REQUIRED)}; and, if wanted, {','.join(optional)}\n"
        f"  a CRM export:    {','.join(crm_format.COLUMNS)}\n"
        f"Nearest is {near}, which lacks: {', '.join(lacks[near])}."
    )


_FORMATS = {"our own format": own_format.REQUIRED, "a CRM export": crm_format.COLUMNS}
