"""Loaded by Python in a child process whose PYTHONPATH a test has set to this folder: the process dies where the test says.

``LTC_TEST_DIE`` is a list of ``module:function:nth:when`` separated by spaces: at the nth call of the function
(``Class.method`` too), ``before`` or ``after`` it ran, the process kills itself with SIGKILL. It does so once per point:
a file whose name begins with ``LTC_TEST_DIED`` says that it has.
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


def _die(point: str) -> None:
    try:
        os.close(os.open(os.environ["LTC_TEST_DIED"] + "." + point.replace(":", "-"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _replacement(function: Function, point: str, nth: int, when: str) -> Function:
    calls = 0

    def due(moment: str) -> None:
        nonlocal calls
        if moment == "before":
            calls += 1
        if moment == when and calls >= nth:
            _die(point)

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


def _replace(module: ModuleType, points: list[str]) -> None:
    for point in points:
        _, path, nth, when = point.split(":")
        *way, name = path.split(".")
        owner: Any = module
        for step in way:
            owner = getattr(owner, step)
        setattr(owner, name, _replacement(inspect.getattr_static(owner, name), point, int(nth), when))


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: importlib.abc.Loader, points: list[str]) -> None:
        self.inner, self.points = inner, points

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.inner.exec_module(module)
        _replace(module, self.points)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, points: dict[str, list[str]]) -> None:
        self.points = points

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name not in self.points:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.points[name])
        return spec


_points: dict[str, list[str]] = {}
for _point in os.environ.get("LTC_TEST_DIE", "").split():
    _points.setdefault(_point.split(":")[0], []).append(_point)
if _points:
    sys.meta_path.insert(0, _Finder(_points))

if os.environ.get("LTC_TEST_CLOCKS"):
    importlib.import_module("wrong_clock")
