"""Personal data in contracts: never readable, only sealed.

A name, a mail address or a phone number of a person is declared ``Personal[str]`` in an event or command. What such a
field holds is a *sealed* text, encrypted with the key of its subject: the hash of the log covers it, read models store
it, and erasing the person is deleting the key. A plain text in such a field fails validation, so that no plain text
can reach a log, a topic or a read model by mistake.

The form is ``sealed.v1.<subject uuid>.<base64url of nonce and ciphertext>``; the runtime seals and opens it.
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

SEALED = re.compile(r"^sealed\.v1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[A-Za-z0-9_-]{38,8192}$")

T = TypeVar("T")


class Sealed:
    """Marks a field whose text is encrypted for one subject."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(pattern=SEALED.pattern)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "ltc-sealed", "pattern": SEALED.pattern}


Personal = Annotated[T, Sealed()]
