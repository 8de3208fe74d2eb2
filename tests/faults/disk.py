"""A small disk of its own for a directory, from which the free space can be taken away."""

import contextlib
import os
import subprocess
from pathlib import Path

MEGABYTE = 1024 * 1024
SLACK = 64 * 1024


class Disk:
    """A file system in memory, mounted on a directory as a process sees it, which may run in a container. A context manager.

    Only root may mount, and only where the process is one of this machine.

    Args:
        directory: made if it is not there.
        megabytes: its size, while it is not full.
        process: whose files and whose user; our own if left out.
    """

    def __init__(self, directory: Path, megabytes: int, process: int | None = None) -> None:
        self.directory = directory
        self._process = process or os.getpid()
        self._seen = Path(f"/proc/{self._process}/root", *directory.parts[1:])
        self._size = megabytes * MEGABYTE

    @staticmethod
    def possible(directory: Path, process: int | None = None) -> bool:
        """Whether we may mount there."""
        try:
            with Disk(directory, 1, process):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False

    def __enter__(self) -> "Disk":
        self._seen.mkdir(parents=True, exist_ok=True)
        self._mount(f"size={self._size}")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("umount", "--lazy", str(self.directory))

    def folder(self, name: str) -> Path:
        """A folder on it that belongs to the process, as the process calls it."""
        (self._seen / name).mkdir()
        user = Path(f"/proc/{self._process}").stat()
        os.chown(self._seen / name, user.st_uid, user.st_gid)
        return self.directory / name

    def fill(self) -> None:
        """Not a byte is left, or next to none: the file system is made as small as what it holds."""
        for slack in range(100):
            found = os.statvfs(self._seen)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            with contextlib.suppress(subprocess.CalledProcessError):  # meanwhile somebody wrote
                self._mount(f"remount,size={used + slack * SLACK}")
                return
        raise OSError(f"{self.directory} cannot be filled")

    def free(self) -> None:
        """There is space again."""
        self._mount(f"remount,size={self._size}")

    def _mount(self, options: str) -> None:
        self._run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.directory))

    def _run(self, *command: str) -> None:
        subprocess.run(["nsenter", f"--target={self._process}", "--mount", "--pid", *command], check=True, capture_output=True)
