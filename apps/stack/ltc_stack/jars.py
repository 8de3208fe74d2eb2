"""The broker's jars: fetched once, each checked against the hash it is locked to, kept outside the checkout."""

import hashlib
import importlib.resources
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

LOCK = "kafka-4.4.0.lock"
AT_ONCE = 8
ATTEMPTS = 3
FETCH_SECONDS = 60

Progress = Callable[[int, int], None]


class JarCorrupt(RuntimeError):
    """A jar is not the one the lock file names."""


class JarMissing(RuntimeError):
    """A jar could not be fetched."""


@dataclass(frozen=True)
class Jar:
    """One line of the lock file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """Its file name."""
        return f"{self.artifact}-{self.version}.jar"

    def check(self, path: Path) -> None:
        """Refuse a file with another hash.

        Raises:
            JarCorrupt: it differs.
        """
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise JarCorrupt(
                f"{self.name} is refused: its sha256 is {digest}, the lock names {self.sha256}. Delete {path} to have it fetched again."
            )


def locked(text: str | None = None) -> list[Jar]:
    """The jars of the lock file, which ships with the package or lies in the checkout."""
    lines = (lock_text() if text is None else text).splitlines()
    return [jar(line) for line in lines if line.strip() and not line.startswith("#")]


def jar(line: str) -> Jar:
    """A line ``group:artifact:version sha256:…``."""
    coordinates, _, digest = line.strip().partition(" sha256:")
    group, artifact, version = coordinates.split(":")
    return Jar(group, artifact, version, digest)


def lock_text() -> str:
    """The text of the lock file."""
    shipped = importlib.resources.files("ltc_stack") / LOCK
    if shipped.is_file():
        return shipped.read_text()
    for above in Path(__file__).resolve().parents:
        if (above / "deploy" / "kafka" / LOCK).is_file():
            return (above / "deploy" / "kafka" / LOCK).read_text()
    raise FileNotFoundError(f"{LOCK} ships with neither this package nor this checkout")


def jars(cache: Path, progress: Progress = lambda _done, _all: None, wanted: list[Jar] | None = None) -> list[Path]:
    """All jars as files, in the order of the lock; what the cache lacks is fetched, eight at a time.

    Args:
        cache: the directory they are kept in.
        progress: called with the number of missing jars fetched so far.
        wanted: other jars than those of the lock file.

    Raises:
        JarCorrupt: a jar, cached or fetched, differs from its hash.
        JarMissing: a jar could not be fetched.
    """
    wanted = locked() if wanted is None else wanted
    cache.mkdir(parents=True, exist_ok=True)
    missing = {one for one in wanted if not (cache / one.name).exists()}
    fetched = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        working = {pool.submit(provide, one, cache): one for one in wanted}
        for ready in as_completed(working):
            ready.result()
            if working[ready] in missing:
                fetched += 1
                progress(fetched, len(missing))
    return [cache / one.name for one in wanted]


def provide(one: Jar, cache: Path) -> None:
    """Have one jar in the cache, checked. It is checked beside the cache and moved in whole, so that a torn download is never kept."""
    kept = cache / one.name
    if kept.exists():
        one.check(kept)
        return
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as beside:
        fetched = fetch(one, Path(beside))
        one.check(fetched)
        shutil.move(fetched, kept)


def fetch(one: Jar, into: Path) -> Path:
    """Fetch exactly this jar; nothing is resolved."""
    from jgo.maven import MavenContext  # not there where only services run

    error: Exception | None = None
    for attempt in range(ATTEMPTS):
        context = MavenContext(repo_cache=into / str(attempt), timeout=FETCH_SECONDS)
        try:
            path: Path = context.project(one.group, one.artifact).at_version(one.version).artifact().resolve()
        except Exception as problem:  # whatever the library or the network says, the answer is to try again and then to name the jar
            error = problem
        else:
            return path
    raise JarMissing(f"{one.name} could not be fetched ({error}). Is the network there? Everything is kept once it was fetched.") from error


if __name__ == "__main__":
    jars(Path(sys.argv[1]))
