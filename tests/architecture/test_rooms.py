"""A service is the same six rooms, and only one of them waits."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("lead", "opportunity", "contract", "order", "billing")
FILES = {"__init__", "rules", "policies", "read", "api"}
"""The files of a feature; ``rules`` may be a package."""
PAGE_LINES = 40
VAGUE = re.compile(r"^(utils?|common|helpers?|managers?|base|misc|shared)$")


def package(service: str) -> Path:
    """Where a service's code lives."""
    return ROOT / "services" / f"{service}-svc" / f"{service}_svc"


def modules(root: Path) -> list[Path]:
    """Its Python files."""
    return sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def waits(path: Path) -> list[int]:
    """The lines of a file that are asynchronous."""
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return [node.lineno for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def test_imports_keep_to_the_house_rules() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


def features(service: str) -> list[Path]:
    """The folders of its features."""
    return sorted(path for path in package(service).iterdir() if path.is_dir() and path.name != "__pycache__")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_a_list_of_features(service: str) -> None:
    files = {path.name for path in package(service).iterdir() if path.is_file()}
    assert files == {"__init__.py", "py.typed", "service.py"}
    assert len((package(service) / "service.py").read_text().splitlines()) <= PAGE_LINES


@pytest.mark.parametrize("service", SERVICES)
def test_a_feature_has_the_fixed_file_names(service: str) -> None:
    other = {
        str(path.relative_to(ROOT))
        for feature in features(service)
        for path in feature.iterdir()
        if path.name != "__pycache__" and (path.name.removesuffix(".py") not in FILES or (path.is_dir() and path.name != "rules"))
    }
    assert other == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_feature_imports_downwards_and_of_other_features_only_rules_and_read(service: str) -> None:
    assert [wrong for path in modules(package(service)) for wrong in wrong_imports(path, package(service))] == []


ORDER = ("rules", "policies", "api", "read", "__init__")
"""Inside a feature a file imports only what stands before it here."""


def wrong_imports(path: Path, service: Path) -> list[str]:
    """The imports of a file in a feature that break the rules."""
    parts = path.relative_to(service).with_suffix("").parts
    if len(parts) < 2:
        return []
    feature, file = parts[:2]
    wrong = []
    for target in imported(path, service):
        other, *rest = target
        inner = rest[0] if rest else "__init__"
        if other == feature and ORDER.index(inner) > ORDER.index(file):
            wrong.append(f"{path.relative_to(ROOT)} imports {other}.{inner}")
        # A read model may join another feature's row classes, an api may look them up; rules and policies never reach them.
        if other != feature and inner != "rules" and not (inner == "read" and file in ("read", "api")):
            wrong.append(f"{path.relative_to(ROOT)} imports {other}.{inner}")
    return wrong


def imported(path: Path, service: Path) -> list[tuple[str, ...]]:
    """The modules of the same service that a file imports, as parts below the service."""
    here = path.relative_to(service.parent).with_suffix("").parts
    package_of = here[:-1]
    found: list[tuple[str, ...]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = package_of[: len(package_of) - node.level + 1] if node.level else ()
        stem = (*base, *(node.module.split(".") if node.module else ()))
        if stem[:1] == (service.name,):
            names = [alias.name for alias in node.names]
            below = [(*stem[1:], name) if is_module(service, (*stem[1:], name)) else stem[1:] for name in names]
            found += [each for each in below if each]
    return found


def is_module(service: Path, parts: tuple[str, ...]) -> bool:
    """Whether this is a file or a folder of the service."""
    return service.joinpath(*parts).is_dir() or service.joinpath(*parts).with_suffix(".py").is_file()


def graph() -> dict[str, set[str]]:
    """Which file of the product imports which; a package's ``__init__.py`` that defines nothing only passes names on."""
    roots = {path.parent: path.parent.name for room in ("libs", "apps", "services") for path in (ROOT / room).glob("*/*/__init__.py")}
    names: dict[str, Path] = {}
    for root in roots:
        for path in modules(root):
            parts = path.relative_to(root.parent).with_suffix("").parts
            names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    edges: dict[str, set[str]] = {}
    for name, path in names.items():
        package_of = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        edges[name] = {target for target in targets(path, package_of, names) if target != name and not only_passes_on(names[target])}
    return edges


def targets(path: Path, package_of: list[str], names: dict[str, Path]) -> set[str]:
    """The files that a file imports, in functions and for type checking as well."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package_of[: len(package_of) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{stem}.{alias.name}" if f"{stem}.{alias.name}" in names else stem for alias in node.names}
    return found & names.keys()


def only_passes_on(path: Path) -> bool:
    """Whether a package's ``__init__.py`` defines no function and no class."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return path.name == "__init__.py" and not any(isinstance(node, kinds) for node in ast.parse(path.read_text()).body)


def circle(edges: dict[str, set[str]]) -> list[str]:
    """One circle of imports, if there is one."""
    done: set[str] = set()
    for start in edges:
        trail: list[str] = []
        if found := _follow(start, edges, trail, done):
            return found
    return []


def _follow(name: str, edges: dict[str, set[str]], trail: list[str], done: set[str]) -> list[str]:
    if name in trail:
        return [*trail[trail.index(name) :], name]
    if name in done:
        return []
    trail.append(name)
    for target in sorted(edges.get(name, ())):
        if found := _follow(target, edges, trail, done):
            return found
    trail.pop()
    done.add(name)
    return []


def test_no_circle_of_imports_between_files() -> None:
    assert circle(graph()) == []


def test_a_circle_would_be_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def catches_all(path: Path) -> list[int]:
    """The lines of a ``decide`` or ``evolve`` that catch whatever is left."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    cases = [
        case
        for function in functions
        if function.name in ("decide", "evolve")
        for match in ast.walk(function)
        if isinstance(match, ast.Match)
        for case in match.cases
    ]
    return [case.pattern.lineno for case in cases if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None]


@pytest.mark.parametrize("service", SERVICES)
def test_decide_and_evolve_name_every_case(service: str) -> None:
    assert {str(path): lines for path in modules(package(service)) if (lines := catches_all(path))} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_waits_outside_the_api(service: str) -> None:
    waiting = {
        str(path.relative_to(ROOT)): lines
        for path in modules(package(service))
        if not {"api", "api.py", "read.py"} & set(path.relative_to(package(service)).parts) and (lines := waits(path))
    }
    assert waiting == {}


def test_a_waiting_function_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text("def plain():\n    async def hidden():\n        return 1\n    return hidden\n")
    assert waits(tmp_path / "rule.py") == [2]


def test_no_file_has_a_vague_name() -> None:
    vague = [
        str(path.relative_to(ROOT))
        for room in ("libs", "apps", "services", "tests")
        for path in modules(ROOT / room)
        if VAGUE.match(path.stem)
    ]
    assert vague == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_machinery_of_its_own(service: str) -> None:
    machinery = re.compile(
        r"\b(import (aiokafka|asyncpg|uvicorn|httpx|logging)|from (aiokafka|asyncpg|uvicorn|httpx|logging)\b|create_pool|BaseSettings)"
    )
    seen = {str(path.relative_to(ROOT)) for path in modules(package(service)) if machinery.search(path.read_text())}
    assert seen == set()


def test_the_checker_shares_no_code_with_what_it_checks() -> None:
    shared = re.compile(r"^\s*(from|import) (ltc_|lead_svc|opportunity_svc|contract_svc|order_svc|billing_svc)", re.MULTILINE)
    production = {
        path.name
        for path in modules(ROOT / "tests" / "checker")
        if not path.name.startswith(("test_", "conftest")) and shared.search(path.read_text())
    }
    assert production == set()


def test_every_benchmark_can_be_begun() -> None:
    ran = subprocess.run([sys.executable, "-m", "benchmarks", "no-such"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, "no benchmark no-such; there are append-64" in ran.stderr) == (2, True), ran.stderr
