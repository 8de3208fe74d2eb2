"""The letters of a document, in English and Chinese: it carries those that it uses, so that it looks the same wherever it is read."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as WrittenFont
from reportlab.pdfbase.ttfonts import TTFontFace

FONT = "NotoSansSC"
"""What a canvas calls it while a document is written."""
LONG_AGO = 2_082_844_800
"""1970 as fonts count: the same letters give the same bytes."""

_writing = Lock()  # the library knows fonts by name, for the whole process, and the font is read as letters are asked for


@contextmanager
def lettering(text: str) -> Iterator[None]:
    """While this lasts, `FONT` has all letters of ``text`` that there are; one document is written at a time."""
    with _writing:
        registered().face = TTFontFace(io.BytesIO(cut(frozenset(text))))
        yield


@cache
def registered() -> WrittenFont:
    """The one font the library knows; it forgets none, so each document lends it a face."""
    font = WrittenFont(FONT, io.BytesIO(cut(frozenset(" "))))
    pdfmetrics.registerFont(font)
    return font


@cache
def whole() -> TTFont:
    """Noto Sans SC, under the SIL Open Font License; read as far as letters are asked for."""
    return TTFont(io.BytesIO((files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf").read_bytes()), lazy=True)


def cut(letters: frozenset[str]) -> bytes:
    """A TrueType font of these letters alone; the outlines of the whole one are cubic, which the library does not write."""
    font = whole()
    known: dict[int, str] = font.getBestCmap()
    used = {code: known[code] for code in sorted(map(ord, letters)) if code in known}
    order = [".notdef", *dict.fromkeys(used.values())]
    head, metrics, across = font["head"], font["hmtx"], font["hhea"]
    built: Any = FontBuilder(head.unitsPerEm, isTTF=True)
    built.setupHead(unitsPerEm=head.unitsPerEm, created=LONG_AGO, modified=LONG_AGO)
    built.setupGlyphOrder(order)
    built.setupCharacterMap(used)
    glyphs = {name: drawn(name) for name in order}
    built.setupGlyf(glyphs)
    built.setupHorizontalMetrics({name: (metrics[name][0], getattr(glyphs[name], "xMin", 0)) for name in order})
    built.setupHorizontalHeader(ascent=across.ascent, descent=across.descent)
    built.setupNameTable({"familyName": "Noto Sans SC", "styleName": "Regular", "psName": FONT})
    built.setupOS2(sTypoAscender=across.ascent, sTypoDescender=across.descent)
    built.setupPost(keepGlyphNames=False)
    built.font.recalcTimestamp = False
    written = io.BytesIO()
    built.save(written)
    return written.getvalue()


def drawn(name: str) -> Any:
    """A letter with quadratic outlines, at most one unit of a thousand beside the cubic ones."""
    pen = TTGlyphPen(None)
    whole().getGlyphSet()[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
    return pen.glyph()
