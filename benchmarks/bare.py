"""The neighbour of `post`: a FastAPI route that validates a lead and inserts a row, and nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic import BaseModel

TABLE = """
CREATE TABLE IF NOT EXISTS bare (
    lead_id uuid PRIMARY KEY, company text NOT NULL, channel text NOT NULL, campaign text, need text, at timestamptz NOT NULL DEFAULT now()
)"""
INSERT = "INSERT INTO bare (lead_id, company, channel, campaign, need) VALUES ($1, $2, $3, $4, $5)"


class Lead(BaseModel):
    """The same fields as ours."""

    company: str
    channel: Literal["site", "landing_page", "social", "exhibition", "network", "referral", "research", "other"]
    campaign: str | None = None
    need: str | None = None


class Captured(BaseModel):
    """The same answer as ours."""

    lead_id: UUID
    contact_id: UUID | None = None


if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """A pool for as long as it runs."""
    app.state.pool = await asyncpg.create_pool(os.environ["BARE_DATABASE"], min_size=10, max_size=10)
    await app.state.pool.execute(TABLE)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan, telemetry={"operation_spans": False})


@app.post("/leads", status_code=201)
async def capture(lead: Lead) -> Captured:
    """One INSERT."""
    lead_id = uuid4()
    await app.state.pool.execute(INSERT, lead_id, lead.company, lead.channel, lead.campaign, lead.need)
    return Captured(lead_id=lead_id)
