"""Quotes as documents, over HTTP."""

import io
from base64 import b64encode
from hashlib import sha256

from cpq_desk import RACK, SERVER, Desk, desk, seen
from pypdf import PdfReader

__all__ = ["desk"]


async def test_a_quote_is_had_on_paper_in_both_languages_and_its_hash_is_said(desk: Desk) -> None:
    quote = await desk.quote(await desk.deal(), SERVER, RACK)
    english = await desk.ann.get(f"/quotes/{quote}/document.pdf")
    chinese = await desk.ann.get(f"/quotes/{quote}/document.pdf?language=zh")
    assert (english.status_code, english.headers["content-type"]) == (200, "application/pdf")
    digest = sha256(chinese.content)
    assert chinese.headers["repr-digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert chinese.content == (await desk.ann.get(f"/quotes/{quote}/document.pdf?language=zh")).content
    said = await seen(desk.ann, f"/quotes/{quote}/document?language=zh")
    assert (said["pdf_sha256"], said["gross"]["amount"], said["lines"][1]["name"]) == (digest.hexdigest(), 124_300, "机柜")
    assert {"cost", "margin"}.isdisjoint(said), "the customer does not see what it costs us"
    texts = ["\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages) for file in (english, chinese)]
    assert "A server" in texts[0]
    assert "服务器" in texts[1]
    assert all("1,243.00 USD" in text and said["quote_hash"] in text and "云泽科技" in text for text in texts)
    assert (await desk.ann.get(f"/quotes/{quote}/document.pdf?language=de")).status_code == 422
