"""PostgreSQL refuses to run as root: the account it runs as then, and the way that account needs to its files."""

import os
import pwd
import stat
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

UNPRIVILEGED = "nobody"


def account() -> str:
    """The account PostgreSQL runs as: nobody when we are root, otherwise ours (no name)."""
    return UNPRIVILEGED if os.geteuid() == 0 else ""


def give_ownership(path: Path, user: str) -> None:
    """Make ``path`` the user's, and let the user come there."""
    path.mkdir(parents=True, exist_ok=True)
    if user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
        allow_passage(path.parent)


def allow_reading(tree: Path, user: str) -> None:
    """Let the user run and read what is installed under ``tree``."""
    if not user:
        return
    allow_passage(tree)
    for path in [tree, *tree.rglob("*")]:
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def allow_passage(path: Path) -> None:
    """Let others pass through a directory and all above it, without letting them look around; where they could not, it is said.

    It cannot be done with less: the server resolves its data directory to a whole path and walks it under its own account.
    """
    for step in [path, *path.parents]:
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(mode | stat.S_IXOTH)
            log.warning("PostgreSQL does not run as root: others may pass through this directory from now on", directory=str(step))
