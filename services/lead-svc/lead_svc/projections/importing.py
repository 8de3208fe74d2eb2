"""How far each import is, and which rows it did not take over."""

from ltc_events import change, on, projection, put
from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..import_job.rules import ImportFinished, ImportProgressed, ImportStarted
from .schema import read

imports = Table(
    "lead_import",
    read,
    Column("import_id", UUID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("failure", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Index("lead_import_newest", "started_at", "import_id"),
)

import_errors = Table(
    "lead_import_error",
    read,
    Column("import_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
)

import_list = projection(
    "import_list",
    on(
        ImportStarted,
        put(
            imports,
            lambda begun, fact: {
                "import_id": begun.import_id,
                "source": begun.source,
                "mapping": begun.mapping,
                "rehearsal": begun.rehearsal,
                "by": begun.by,
                "status": "running",
                "rows": 0,
                "new": 0,
                "known": 0,
                "refused": 0,
                "failure": None,
                "started_at": fact.occurred_at,
                "finished_at": None,
            },
        ),
    ),
    on(
        ImportProgressed,
        change(
            imports,
            lambda far: {"import_id": far.import_id, "rows": far.rows, "new": far.new, "known": far.known, "refused": far.refused},
        ),
        put(
            import_errors,
            lambda far: [{"import_id": far.import_id, "line": error.line, "reason": error.reason} for error in far.errors],
        ),
    ),
    on(
        ImportFinished,
        change(
            imports,
            lambda over, fact: {
                "import_id": over.import_id,
                "status": "finished" if over.failure is None else "failed",
                "failure": over.failure,
                "finished_at": fact.occurred_at,
            },
        ),
    ),
)
