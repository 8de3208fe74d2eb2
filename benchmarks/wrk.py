"""Load from `wrk`, on loopback."""

import asyncio
import re
import shutil
import tempfile
from pathlib import Path

CONNECTIONS = 64

SCRIPT = """
local n, thread_number = 0, 0
function setup(thread) thread:set("number", thread_number); thread_number = thread_number + 1 end
function request()
  n = n + 1
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer TOKEN",
                   ["Idempotency-Key"] = "RUN-" .. number .. "-" .. n}
  return wrk.format("POST", "/leads", headers, 'BODY')
end
function response(status) if status ~= 201 then bad = (bad or 0) + 1 end end
"""

BODY = '{"company":"Acme Inc","channel":"exhibition","campaign":"hannover-2026","need":"Forty graphics cards by spring"}'


class NoWrk(RuntimeError):
    """wrk is not installed: it is in the package ``wrk`` of most distributions."""


async def posts(url: str, token: str, seconds: float, run: str, body: str = BODY) -> float:
    """Requests per second that were answered with 201, over 64 connections."""
    program = shutil.which("wrk")
    if program is None:
        raise NoWrk(NoWrk.__doc__)
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "post.lua"
        script.write_text(SCRIPT.replace("TOKEN", token).replace("RUN", run).replace("BODY", body))
        process = await asyncio.create_subprocess_exec(
            program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(script), url, stdout=asyncio.subprocess.PIPE
        )
        output = (await process.communicate())[0].decode()
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"not every request was answered with 201:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found, output
    return float(found[1])
