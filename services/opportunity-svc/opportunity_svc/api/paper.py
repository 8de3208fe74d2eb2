"""A quote on paper, in English or Chinese: the same quote gives the same bytes."""

import io
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ltc_events import Money
from ltc_events.opportunity import PricedLine
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from ..quote.rules.price import gross_of, tax_of
from .lettering import FONT, lettering

Language = Literal["en", "zh"]
LEFT, RIGHT, TOP, BOTTOM = 42.0, A4[0] - 42.0, A4[1] - 54.0, 60.0
COLUMNS = ((42.0, "left"), (66.0, "left"), (310.0, "right"), (318.0, "left"), (420.0, "right"), (465.0, "right"), (RIGHT, "right"))
NAME_WIDTH = 185.0

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Quotation",
        "to": "To",
        "quote": "Quote",
        "revision": "version",
        "date": "Date",
        "until": "Valid until",
        "head": "No.|Product|Quantity|Unit|List price|Discount|Net",
        "net": "Total before tax",
        "tax": "Tax",
        "gross": "Total with tax",
        "hash": "Fingerprint of the lines",
        "draft": "Draft. Not an offer: it was not approved yet.",
        "over": "Not an offer any more.",
        "page": "Page",
    },
    "zh": {
        "title": "报价单",
        "to": "致",
        "quote": "报价编号",
        "revision": "版本",
        "date": "日期",
        "until": "有效期至",
        "head": "序号|产品|数量|单位|目录价|折扣|净价",
        "net": "不含税合计",
        "tax": "税额",
        "gross": "含税合计",
        "hash": "报价指纹",
        "draft": "草稿，尚未批准，不构成要约。",
        "over": "已失效，不再构成要约。",
        "page": "页",
    },
}

UNITS: dict[Language, dict[str, str]] = {
    "en": {
        "C62": "piece", "H87": "piece", "EA": "each", "SET": "set", "PR": "pair", "E48": "service", "HUR": "hour", "DAY": "day",
        "WEE": "week", "MON": "month", "ANN": "year", "KGM": "kg", "TNE": "t", "MTR": "m", "MTK": "m²", "MTQ": "m³", "LTR": "l",
        "KWH": "kWh",
    },
    "zh": {
        "C62": "件", "H87": "件", "EA": "个", "SET": "套", "PR": "双", "E48": "项", "HUR": "小时", "DAY": "天",
        "WEE": "周", "MON": "月", "ANN": "年", "KGM": "千克", "TNE": "吨", "MTR": "米", "MTK": "平方米", "MTQ": "立方米", "LTR": "升",
        "KWH": "千瓦时",
    },
}  # fmt: skip
"""What people call the commoner units of UN/ECE Recommendation 20; another one is written as its code."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What the customer gets to read; no cost, no margin."""

    quote_id: str
    revision: int
    company: str
    lines: Sequence[PricedLine]
    names: Sequence[str]
    """What each line is called in the language of the paper."""
    net: Money
    quote_hash: str
    written_on: date
    last_day: date
    binding: bool
    """Approved, so that it may be sent."""
    over: bool = False
    """It expired, or the customer decided for another one."""


def pdf(paper: Paper, language: Language) -> bytes:
    """The quote as a PDF document; the letters it uses are in it."""
    with lettering(letters_of(paper, language)):
        return written(paper, language)


def letters_of(paper: Paper, language: Language) -> str:
    """Whatever may be written on it."""
    lines = (f"{line.product}{line.unit}{name}" for line, name in zip(paper.lines, paper.names, strict=True))
    return "".join((string.printable.strip(), *WORDS[language].values(), *UNITS[language].values(), paper.company, *lines)) + " "


def written(paper: Paper, language: Language) -> bytes:
    words, out = WORDS[language], io.BytesIO()
    canvas = Canvas(out, pagesize=A4, lang=language, invariant=1)  # no clock and no random id in it
    canvas.setTitle(f"{words['title']} {paper.quote_id}")
    y = heading(canvas, paper, words)
    for line, name in zip(paper.lines, paper.names, strict=True):
        y = row(canvas, cells_of(line, name, UNITS[language]), y if y > BOTTOM + 40 else next_page(canvas, words))
    totals(canvas, paper, words, y if y > BOTTOM + 90 else next_page(canvas, words, head=False))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def heading(canvas: Canvas, paper: Paper, words: dict[str, str]) -> float:
    write(canvas, LEFT, TOP, words["title"], 20)
    said = (
        f"{words['to']}: {paper.company}",
        f"{words['quote']}: {paper.quote_id}, {words['revision']} {paper.revision}",
        f"{words['date']}: {paper.written_on.isoformat()}    {words['until']}: {paper.last_day.isoformat()}",
        *(() if paper.binding else (words["over" if paper.over else "draft"],)),
    )
    for number, text in enumerate(said, 1):
        write(canvas, LEFT, TOP - 12 - 16 * number, text, 10)
    return table_head(canvas, words, TOP - 46 - 16 * len(said))


def table_head(canvas: Canvas, words: dict[str, str], y: float) -> float:
    row(canvas, [[cell] for cell in words["head"].split("|")], y)
    canvas.line(LEFT, y - 4, RIGHT, y - 4)
    return y - 18


def next_page(canvas: Canvas, words: dict[str, str], *, head: bool = True) -> float:
    write(canvas, LEFT, BOTTOM - 24, f"{words['page']} {canvas.getPageNumber()}", 8)
    canvas.showPage()
    return table_head(canvas, words, TOP) if head else TOP


def cells_of(line: PricedLine, name: str, units: dict[str, str]) -> list[list[str]]:
    return [
        [str(line.line)],
        wrapped(f"{line.product}  {name}"),
        [plain(line.quantity)],
        [units.get(line.unit, line.unit)],
        [str(line.list_price)],
        [f"{plain(line.discount * 100)}%"],
        [str(line.net)],
    ]


def row(canvas: Canvas, cells: Sequence[Sequence[str]], y: float) -> float:
    for (x, side), parts in zip(COLUMNS, cells, strict=True):
        for number, part in enumerate(parts):
            write(canvas, x, y - 11 * number, part, 8, right=side == "right")
    return y - 5 - 11 * max(len(parts) for parts in cells)


def totals(canvas: Canvas, paper: Paper, words: dict[str, str], y: float) -> None:
    canvas.line(LEFT, y + 6, RIGHT, y + 6)
    tax, gross = tax_of(paper.lines, paper.net.currency), gross_of(paper.lines, paper.net.currency)
    for number, (name, amount) in enumerate((("net", paper.net), ("tax", tax), ("gross", gross)), 1):
        write(canvas, 420.0, y - 14 * number, words[name], 10, right=True)
        write(canvas, RIGHT, y - 14 * number, str(amount), 10, right=True)
    write(canvas, LEFT, y - 66, f"{words['hash']}: {paper.quote_hash}", 7)
    write(canvas, LEFT, BOTTOM - 24, f"{words['page']} {canvas.getPageNumber()}", 8)


def wrapped(text: str) -> list[str]:
    """The text in parts that fit the column; Chinese has no blanks to part it at, so it is parted anywhere."""
    parts, part = [], ""
    for letter in text:
        if pdfmetrics.stringWidth(part + letter, FONT, 8) > NAME_WIDTH:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part]


def write(canvas: Canvas, x: float, y: float, text: str, size: int, *, right: bool = False) -> None:
    canvas.setFont(FONT, size)
    (canvas.drawRightString if right else canvas.drawString)(x, y, text)


def plain(number: Decimal) -> str:
    """3, not 3.000000."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
