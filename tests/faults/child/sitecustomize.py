"""Loaded by Python in a child process whose PYTHONPATH a test has set to this folder: the process dies where the test says.

``LTC_TEST_DIE`` is a list of ``module:function:nth:when`` separated by spaces: at the nth call of the function
(``Class.method`` too), ``before`` or ``after`` it ran, the process kills itself with SIGKILL; or the call ``fails`` as one does
whose connection broke; or the process ``stands`` still before it until it gets SIGCONT. It does so once per point: a file whose
name begins with ``LTC_TEST_DIED`` says that it has.
``LTC_TEST_DEFECTS`` is a list of defects (`tests.campaign.defects.plants`) that are planted before the points are set.
Production code knows nothing of this; functions are replaced right after their module was executed.
With ``LTC_TEST_CLOCKS`` its clock can be made wrong (`wrong_clock`).
"""

import functools
import importlib
import importlib.abc
import importlib.machinery
import inspect
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Function = Callable[..., Any]
Change = Callable[[ModuleType], None]


def _happen(point: str, when: str) -> None:
    try:
        os.close(os.open(os.environ["LTC_TEST_DIED"] + "." + point.replace(":", "-"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    if when == "fails":
        raise ConnectionResetError(f"as a test said: {point}")
    os.kill(os.getpid(), signal.SIGSTOP if when == "stands" else signal.SIGKILL)


def _replacement(function: Function, point: str, nth: int, when: str) -> Function:
    calls = 0

    def due(moment: str) -> None:
        nonlocal calls
        if moment == "before":
            calls += 1
        if moment == ("after" if when == "after" else "before") and calls >= nth:
            _happen(point, when)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(*args: Any, **kwargs: Any) -> Any:
            due("before")
            result = await function(*args, **kwargs)
            due("after")
            return result

        return waiting

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        due("before")
        result = function(*args, **kwargs)
        due("after")
        return result

    return plain


def _set_point(point: str, module: ModuleType) -> None:
    _, path, nth, when = point.split(":")
    *way, name = path.split(".")
    owner: Any = module
    for step in way:
        owner = getattr(owner, step)
    setattr(owner, name, _replacement(inspect.getattr_static(owner, name), point, int(nth), when))


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: importlib.abc.Loader, changes: list[Change]) -> None:
        self.inner, self.changes = inner, changes

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.inner.exec_module(module)
        for change in self.changes:
            change(module)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, changes: dict[str, list[Change]]) -> None:
        self.changes = changes

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name not in self.changes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.changes[name])
        return spec


if os.environ.get("LTC_TEST_CLOCKS"):
    importlib.import_module("wrong_clock")  # before anything that asks for the time

_changes: dict[str, list[Change]] = {}
if _defects := os.environ.get("LTC_TEST_DEFECTS", "").split():
    from tests.campaign.defects.plants import PLANTS

    for _defect in _defects:
        for _module, _change in PLANTS[_defect]:
            _changes.setdefault(_module, []).append(_change)
for _point in os.environ.get("LTC_TEST_DIE", "").split():
    _changes.setdefault(_point.split(":")[0], []).append(functools.partial(_set_point, _point))
if _changes:
    sys.meta_path.insert(0, _Finder(_changes))
