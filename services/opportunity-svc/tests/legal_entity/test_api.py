"""Legal entities over HTTP: drafted, previewed, activated, listed."""

import io
from base64 import b64encode

import pytest
from floor import Floor, good, seen
from pypdf import PdfReader

LOGO = b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"><rect width="30" height="10"/></svg>').decode()
HARBOUR = {
    "name": "Harbour Pumps GmbH", "address": "Speicherstadt 4\n20457 Hamburg", "country": "DE", "tax_number": "DE811234567",
    "bank_account": "DE89 3704 0044 0532 0130 00", "logo": LOGO,
}  # fmt: skip


async def test_a_legal_entity_is_drafted_previewed_and_activated(floor: Floor) -> None:
    await good(floor.mia, "/legal-entities/ACME-DE", HARBOUR)
    assert (await seen(floor.ann, "/legal-entities"))["data"] == []
    preview = await floor.mia.get("/legal-entities/ACME-DE/1/preview.pdf?language=zh")
    assert preview.status_code == 200, preview.text
    text = PdfReader(io.BytesIO(preview.content)).pages[0].extract_text()
    assert all(word in text for word in ("Harbour Pumps GmbH", "20457 Hamburg", "税号: DE811234567", "报价单"))
    await good(floor.mia, "/legal-entities/ACME-DE/1/activate")
    (live,) = (await seen(floor.ann, "/legal-entities"))["data"]
    assert (live["code"], live["version"], live["status"], live["activated_by"]) == ("ACME-DE", 1, "live", "mia")
    assert "logo" not in live


async def test_a_new_version_retires_the_live_one(floor: Floor) -> None:
    for version, address in enumerate(("Speicherstadt 4", "Kai 9"), 1):
        await good(floor.mia, "/legal-entities/ACME-DE", {**HARBOUR, "address": address})
        await good(floor.mia, f"/legal-entities/ACME-DE/{version}/activate")
    versions = (await seen(floor.ann, "/legal-entities/ACME-DE"))["data"]
    assert [(each["version"], each["status"], each["address"]) for each in versions] == [
        (2, "live", "Kai 9"), (1, "retired", "Speicherstadt 4"),
    ]  # fmt: skip


PICTURES = (b"GIF89a, no picture we draw", b"<svg xmlns='http://www.w3.org/2000/svg'", b"\x89PNG\r\n\x1a\nbroken")


@pytest.mark.parametrize("logo", [*(b64encode(picture).decode() for picture in PICTURES), "A" * 9])
async def test_a_logo_that_cannot_be_drawn_is_refused(floor: Floor, logo: str) -> None:
    answer = await floor.mia.post("/legal-entities/ACME-DE", json={**HARBOUR, "logo": logo})
    assert (answer.status_code, answer.json()["code"]) == (422, "logo-unreadable")


async def test_only_those_who_keep_them_write_legal_entities(floor: Floor) -> None:
    assert (await floor.ann.post("/legal-entities/ACME-DE", json=HARBOUR)).status_code == 403
    assert (await floor.mia.post("/legal-entities/acme", json=HARBOUR)).status_code == 422
    assert (await floor.mia.post("/legal-entities/ACME-DE/1/activate")).status_code == 404
