"""`python -m benchmarks [name …]`: run the named benchmarks, or all."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
import uvloop
from ltc_runtime.process import freeze_memory

from .append import append_1, append_64
from .hear import hear, hear_third
from .importing import import_
from .kafka_down import KafkaDown, kafka_down
from .latency import Latency, latency
from .library import append_lib
from .measure import Figure
from .memory import Memory, memory
from .overload import Overload, overload
from .post import post, post_traced
from .quote import QuoteTimes, quote
from .rebuild import rebuild
from .relay import relay
from .scoring import score
from .start import Start, start
from .year import Year, year

BENCHMARKS: dict[str, Callable[[], Coroutine[Any, Any, Figure | Latency | Overload | KafkaDown | Memory | QuoteTimes | Start | Year]]] = {
    "append-64": append_64,
    "append-1": append_1,
    "append-lib": append_lib,
    "post": post,
    "post-traced": post_traced,
    "relay": relay,
    "hear": hear,
    "hear-third": hear_third,
    "rebuild": rebuild,
    "score": score,
    "import": import_,
    "latency": latency,
    "overload": overload,
    "kafka-down": kafka_down,
    "memory": memory,
    "year": year,
    "quote": quote,
    "start": start,
}


def main(names: list[str]) -> int:
    """Run them and print a line for each."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for name in names or BENCHMARKS:
        freeze_memory()  # as the services do; ours and the neighbour alike
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            figure = runner.run(BENCHMARKS[name]())
        print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
