"""The neighbour of `start`: a FastAPI app with one route."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/readyz")
async def ready() -> dict[str, str]:
    """It is ready as soon as it answers."""
    return {"state": "ok"}
