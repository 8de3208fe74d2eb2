"""The page that shows what a service publishes: every event, its fields, an example. It loads nothing from elsewhere."""

import html
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from ltc_events import Event
from pydantic.json_schema import models_json_schema

from ltc_runtime.messaging.asyncapi import consumed_by, example, meaning, published_by
from ltc_runtime.messaging.cloudevents_schema import headers_schema
from ltc_runtime.service import Service

Schema = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 3rem; } h3 { margin-top: 2.5rem; }
section { border-top: 1px solid #8884; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #8882; }
th { font-weight: 600; white-space: nowrap; } td:first-child { white-space: nowrap; }
code, pre { font: 14px/1.45 ui-monospace, monospace; } pre { overflow-x: auto; padding: .75rem; background: #8881; }
.type { opacity: .75; font-weight: 400; } nav li { display: inline-block; margin-right: 1rem; } nav ul { padding: 0; }
"""


def event_page(service: Service, prefix: str) -> str:
    """The whole page.

    Args:
        service: whose events.
        prefix: what stands before the names of topics in this cluster.
    """
    published, consumed = published_by(service.name), consumed_by(service)
    events = [*published, *(event for group in consumed.values() for event in group)]
    schemas = _schemas(events)
    body = [
        f"<h1>Events of {service.name}</h1>",
        f"<p>On the topic <code>{_text(prefix + service.topic)}</code>. Machines read <a href='/asyncapi.json'>AsyncAPI 3.0</a> and "
        "<a href='/schemas'>JSON Schemas</a>; what the service does over HTTP is in <a href='/docs'>its API</a>.</p>",
        _contents("It publishes", published),
        *(_contents(f"It acts on what {origin} publishes", group) for origin, group in consumed.items()),
        "<h2>How a message looks</h2><p>CloudEvents 1.0 in binary mode: these headers, and the event's JSON as the value. The key is the "
        "aggregate's id. A message may come twice, and never out of order within a partition as far as <code>ce_position</code> goes: skip "
        "what is not beyond the last position of the same <code>ce_logid</code> and partition. Ignore fields you do not know.</p>",
        _fields(headers_schema(), "header"),
        "<h2>What it publishes</h2>",
        *(_event(event, schemas) for event in published),
        *(["<h2>What it acts on</h2>"] if consumed else []),
        *(_event(event, schemas) for group in consumed.values() for event in group),
        "<h2>What fields are made of</h2>",
        *(_part(name, schemas[name]) for name in sorted(schemas.keys() - {event.__name__ for event in events})),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Events of {service.name}</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _schemas(events: Iterable[type[Event]]) -> dict[str, Schema]:
    _, written = models_json_schema([(event, "serialization") for event in events], ref_template="#{model}")
    schemas: dict[str, Schema] = written.get("$defs", {})
    return schemas


def _contents(title: str, events: Iterable[type[Event]]) -> str:
    links = "".join(f"<li><a href='#{event.__name__}'>{event.__name__}</a></li>" for event in events)
    return f"<nav>{title}<ul>{links}</ul></nav>"


def _event(event: type[Event], schemas: dict[str, Schema]) -> str:
    said = orjson.dumps(example(event), option=orjson.OPT_INDENT_2).decode()
    return (
        f"<section id='{event.__name__}'><h3>{event.__name__} <span class='type'><code>{event.event_type}</code></span></h3>"
        f"<p>{_text(meaning(event))} <a href='/schemas/{event.event_type}.json'>JSON Schema</a></p>"
        f"{_fields(schemas[event.__name__])}<details><summary>Example</summary><pre>{_text(said)}</pre></details></section>"
    )


def _part(name: str, schema: Schema) -> str:
    said = _text(" ".join(schema.get("description", "").split()))
    return f"<section id='{name}'><h3>{name}</h3><p>{said}</p>{_fields(schema)}</section>"


def _fields(schema: Schema, called: str = "field") -> str:
    required = schema.get("required", ())
    rows = "".join(_field(name, part, name in required) for name, part in schema.get("properties", {}).items())
    return f"<table><tr><th>{called}</th><th>kind</th><th></th></tr>{rows}</table>"


def _field(name: str, part: Schema, required: bool) -> str:
    # What is written has every field; one with a default may be null, or missing in events from before there was such a field.
    optional = not required or "default" in part
    said = " ".join(word for word in ("Optional." if optional else "", part.get("description", "")) if word)
    return f"<tr><td><code>{_text(name)}</code></td><td>{_kind(part)}</td><td>{_text(said)}</td></tr>"


def _kind(part: Schema) -> str:
    """What a field holds, in words; a link where that is explained elsewhere."""
    if "$ref" in part:
        name = part["$ref"].removeprefix("#")
        return f"<a href='#{name}'>{name}</a>"
    if "anyOf" in part:
        return " or ".join(_kind(choice) for choice in part["anyOf"] if choice.get("type") != "null")
    if "const" in part or "enum" in part:
        return ", ".join(f"<code>{_text(str(value))}</code>" for value in part.get("enum", [part.get("const")]))
    if part.get("type") == "array":
        return f"list of {_kind(part['items'])}"
    return ", ".join(_words(part))


def _words(part: Schema) -> Iterator[str]:
    kind, pattern = part.get("type", ""), part.get("pattern", "")
    if kind == "string" and "format" not in part and r"\d" in pattern:
        yield "decimal, as text"
        return
    yield _text(str(part.get("format") or {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)))
    if part.get("maxLength"):
        yield f"up to {part['maxLength']} characters"


def _text(text: str) -> str:
    return html.escape(text)
