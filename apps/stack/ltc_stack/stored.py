"""Small files the stack keeps between two starts: ports, passwords, addresses."""

import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
PORTS = range(18_000, 32_000)


def read(path: Path) -> dict[str, Any]:
    """What is kept in a file; nothing if there is none."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return stored


def write(path: Path, stored: dict[str, Any]) -> None:
    """Write it atomically, readable for its owner only."""
    write_text(path, json.dumps(stored, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text atomically, readable for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)


class Ports:
    """Free ports, the same ones again as long as they are free."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def assign(self, name: str) -> int:
        """The port of ``name``."""
        stored = read(self.path)
        port = stored.get(name)
        if port is None or not is_free(port):
            port = free_port(set(stored.values()))
            write(self.path, {**stored, name: port})
        return int(port)

    def reserve(self, name: str, port: int) -> None:
        """Give ``name`` this port."""
        write(self.path, {**read(self.path), name: port})

    def assigned(self, name: str) -> int:
        """The port that ``name`` was given, whether or not it is in use; a free one if none was."""
        port = read(self.path).get(name)
        return self.assign(name) if port is None else int(port)


class Passwords:
    """Passwords, made once and kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, name: str) -> str:
        """The password of ``name``."""
        stored = read(self.path)
        if name not in stored:
            stored[name] = secrets.token_urlsafe(24)
            write(self.path, stored)
        return str(stored[name])


def is_free(port: int) -> bool:
    """Whether we could listen on it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port(taken: set[int]) -> int:
    """A port that is free and not assigned.

    Below the range from which the kernel takes the near ends of connections: what is free there now may be such an end in a moment.
    """
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        if port not in taken and is_free(port):
            return port
