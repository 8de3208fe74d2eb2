"""Whether a JSON Schema only grew: a new optional property, or a new definition, and nothing else."""

from typing import Any

PROSE = {"title", "description", "examples"}
Schema = dict[str, Any]


def breaks(old: Any, new: Any, at: str = "#") -> list[str]:
    """Every way in which ``new`` is more than ``old`` with optional properties added; nothing if it is not."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [] if old == new else [f"{at}: {old!r} became {new!r}"]
    found = []
    for key in (old.keys() | new.keys()) - PROSE:
        if key in ("properties", "$defs") and isinstance(old.get(key, {}), dict):
            found += _members(old.get(key, {}), new.get(key, {}), f"{at}/{key}")
        elif key == "required":
            found += _required(old.get(key, []), new.get(key, []), at)
        elif key not in old or key not in new:
            found.append(f"{at}: {key!r} was {'added' if key in new else 'removed'}")
        elif isinstance(old[key], list) and isinstance(new[key], list) and len(old[key]) == len(new[key]):
            found += [
                line for index, pair in enumerate(zip(old[key], new[key], strict=True)) for line in breaks(*pair, f"{at}/{key}/{index}")
            ]
        else:
            found += breaks(old[key], new[key], f"{at}/{key}")
    return found


def _members(old: Schema, new: Schema, at: str) -> list[str]:
    removed = [f"{at}/{name} was removed" for name in old.keys() - new.keys()]
    return removed + [line for name in old.keys() & new.keys() for line in breaks(old[name], new[name], f"{at}/{name}")]


def _required(old: list[str], new: list[str], at: str) -> list[str]:
    harder = [f"{at}/{name} became required" for name in set(new) - set(old)]
    return harder + [f"{at}/{name} became optional, its readers count on it" for name in set(old) - set(new)]
