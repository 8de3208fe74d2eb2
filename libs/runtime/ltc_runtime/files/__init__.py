"""Files that people bring along, read row by row in flat memory, whatever is in them."""

from .cards import Cards, are_cards
from .delimited import Delimited
from .row import BadFile, Row
from .workbook import is_workbook, workbook_rows

__all__ = ["BadFile", "Cards", "Delimited", "Row", "are_cards", "is_workbook", "workbook_rows"]
