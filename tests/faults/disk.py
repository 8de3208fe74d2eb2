"""A small disk of its own for a directory, from which the free space can be taken away."""

import contextlib
import os
import subprocess
from pathlib import Path

MEGABYTE = 1024 * 1024
SLACK = 64 * 1024


class Disk:
    """A file system in memory, mounted on a directory. A context manager; only root may mount.

    Args:
        directory: made if it is not there.
        megabytes: its size, while it is not full.
    """

    def __init__(self, directory: Path, megabytes: int) -> None:
        self.directory = directory
        self._size = megabytes * MEGABYTE

    @staticmethod
    def possible(directory: Path) -> bool:
        """Whether this process may mount."""
        try:
            with Disk(directory, 1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False

    def __enter__(self) -> "Disk":
        self.directory.mkdir(parents=True, exist_ok=True)
        self._mount(f"size={self._size}")
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.directory)], check=True, capture_output=True)

    def fill(self) -> None:
        """Not a byte is left, or next to none: the file system is made as small as what it holds."""
        for slack in range(100):
            found = os.statvfs(self.directory)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            with contextlib.suppress(subprocess.CalledProcessError):  # meanwhile somebody wrote
                self._mount(f"remount,size={used + slack * SLACK}")
                return
        raise OSError(f"{self.directory} cannot be filled")

    def free(self) -> None:
        """There is space again."""
        self._mount(f"remount,size={self._size}")

    def _mount(self, options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.directory)], check=True, capture_output=True)
