"""The forms that come along, in examples/forms, and how an operator brings them."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from ltc_cli import forms
from ltc_cli.installation import Installation
from ltc_cli.output import CliError
from ltc_runtime.settings import Settings
from opportunity_svc.form.rules import Form, form_id
from opportunity_svc.service import service

TEMPLATES = Path(__file__).parents[4] / "examples" / "forms"
CODES = (
    "customer-profile", "decision-chain", "failure-summary", "hilltop-project", "key-account", "key-message", "key-persons",
    "operation-checklist", "pain-chain", "sales-plan", "vision",
)  # fmt: skip


def test_eleven_forms_come_along() -> None:
    assert tuple(sorted(path.stem for path in TEMPLATES.iterdir())) == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_form_that_comes_along_is_one(code: str) -> None:
    form = Form.model_validate_json((TEMPLATES / f"{code}.json").read_bytes())
    assert form.purpose
    assert any(field.required for field in form.fields)
    assert form_id(code)


async def test_an_operator_brings_forms_once_and_a_wrong_one_is_named(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = await serve(service)
    monkeypatch.setattr(forms, "client", lambda here, roles, token: served.client("mia", *roles))
    here = Installation(Settings(neighbours={"opportunity-svc": "http://service"}), None)
    rows = await forms.apply_forms(here, forms.read([TEMPLATES]), True, "")
    assert rows == [{"form": code, "version": 1, "status": "live"} for code in CODES]
    changed = tmp_path / "vision.json"
    changed.write_bytes((TEMPLATES / "vision.json").read_bytes().replace(b"Nine questions", b"Nine good questions"))
    assert await forms.apply_forms(here, forms.read([changed, TEMPLATES / "key-account.json"]), False, "") == [
        {"form": "vision", "version": 2, "status": "draft"},
        {"form": "key-account", "version": 1, "status": "live"},
    ]
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(orjson.dumps({**orjson.loads(changed.read_bytes()), "fields": []}))
    with pytest.raises(CliError, match="wrong: invalid: /fields: Tuple should have at least 1 item"):
        await forms.apply_forms(here, forms.read([wrong]), False, "")
    with pytest.raises(CliError, match="name the file so"):
        forms.read([tmp_path / "Key Account.json"])
    wrong.write_text("{")
    with pytest.raises(CliError, match="is not JSON"):
        forms.read([wrong])
