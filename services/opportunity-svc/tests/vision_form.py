"""A form that a stage asks for, as data that tests share."""

from typing import Any

from deal_world import World


def label(en: str, zh: str = "字段") -> dict[str, str]:
    return {"en": en, "zh": zh}


def field(key: str, type: str, **says: Any) -> dict[str, Any]:
    return {"key": key, "label": label(key), "type": type, **says}


VISION = {
    "name": label("Vision", "愿景"),
    "fields": [
        field("goal", "text", required=True),
        field("budget", "money", min=0),
        field("sites", "integer", min=1, max=99),
        field("share", "decimal", places=1),
        field("decided_on", "date"),
        field("public", "boolean"),
        field("story", "long_text"),
        field("segment", "choice", choices=[{"code": code, "label": label(code)} for code in ("water", "power")]),
        field("risks", "choices", choices=[{"code": code, "label": label(code)} for code in ("price", "time", "law")]),
    ],
}


async def live(world: World, code: str = "vision", form: dict[str, Any] = VISION, version: int = 1) -> None:
    """A form that can be filled in."""
    await world.do("mia", f"/forms/{code}", form)
    await world.do("mia", f"/forms/{code}/{version}/activate")
