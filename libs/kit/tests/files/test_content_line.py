"""Lines of vCards, written and read back (RFC 6350, 3.2 to 3.4)."""

from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ltc_kit.files.content_line import WIDTH, ContentLine, escaped, folded, parts, understood, unescaped, written

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"))


def unfolded(data: bytes) -> bytes:
    return data.replace(b"\r\n ", b"").removesuffix(b"\r\n")


@given(TEXT)
@example("\\n")
@example("a\\,b;c\nd\\")
@example("\\:")
def test_every_text_comes_back_from_its_escapes(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert "\n" not in escaped(text)


@given(st.lists(TEXT, min_size=1), st.sampled_from(";,"))
def test_every_part_of_a_value_comes_back(texts: list[str], separator: str) -> None:
    assert parts(separator.join(map(escaped, texts)), separator) == texts


def test_a_break_is_one_however_a_system_writes_it() -> None:
    assert escaped("a\r\nb\rc\nd") == "a\\nb\\nc\\nd"


@given(TEXT)
@example("上海" * 60)
@example("🚀" * 40)
@example(" " * 200)
def test_what_is_folded_is_short_cuts_no_character_and_comes_back(text: str) -> None:
    line = escaped(text)
    data = folded(line)
    assert data.endswith(b"\r\n")
    pieces = data.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(piece) <= WIDTH for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    for piece in pieces:
        piece.decode()
    assert unfolded(data).decode() == line


@given(st.sampled_from(["FN", "NOTE", "X-ACME"]), st.lists(TEXT, min_size=1, max_size=5))
def test_a_property_that_is_written_is_understood(name: str, texts: list[str]) -> None:
    line = understood(unfolded(written(name, *texts)))
    assert line is not None
    assert (line.name, line.parameters, parts(line.value.decode())) == (name, {}, texts)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (b"FN:Jo", ContentLine("FN", b"Jo")),
        (b"fn:Jo: so", ContentLine("FN", b"Jo: so")),
        (b"item1.EMAIL;TYPE=INTERNET,Pref:jo@x", ContentLine("EMAIL", b"jo@x", {"TYPE": ["internet", "pref"]})),
        (b'TEL;TYPE="voice,home";PREF=1:+1', ContentLine("TEL", b"+1", {"TYPE": ["voice", "home"], "PREF": ["1"]})),
        (b"TEL;CELL;VOICE:+1", ContentLine("TEL", b"+1", {"TYPE": ["cell", "voice"]})),
        (b'ADR;LABEL="a:b;c":;;x', ContentLine("ADR", b";;x", {"LABEL": ["a:b;c"]})),
        (b"FN:", ContentLine("FN", b"")),
        (b"no property", None),
        (b":nothing", None),
        (b"a b:c", None),
        (b'FN;X="open:Jo', None),
        (b"\xff\xfe:x", None),
    ],
)
def test_a_line_is_understood_or_is_none(line: bytes, meant: ContentLine | None) -> None:
    assert understood(line) == meant


@given(st.binary(max_size=80))
def test_no_line_breaks_the_reader(line: bytes) -> None:
    understood(line)


@pytest.mark.parametrize("sign", [b":", b";", b'";'])
def test_a_line_full_of_signs_is_read_in_the_time_of_its_length(sign: bytes) -> None:
    """Counted anew for each sign, the quotes before it took a second for 64 KB, and an import has thousands of such lines."""
    began = perf_counter()
    understood(b'X;A="' + sign * (1024 * 1024 // len(sign)) + b'":v')
    assert perf_counter() - began < 20
