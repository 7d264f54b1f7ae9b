"""The project's own files, found without git: the tests also run from an unpacked archive."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "smtp_tui"
NOT_OURS = {"__pycache__", "build", "dist", "venv", "env", "node_modules"}
HIDDEN_BUT_OURS = {".ci", ".editorconfig", ".gitignore", ".pre-commit-config.yaml"}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: the module it stands in, the full dotted target, where and how deep."""

    module: str
    target: str
    line: int
    in_function: bool

    def __str__(self) -> str:
        """Say where the arrow starts and where it goes."""
        return f"{self.module}:{self.line} -> {self.target}"


def files(top: Path = ROOT) -> Iterator[Path]:
    """Yield every file of the project below `top`, without what tools have left there."""
    for path in sorted(top.iterdir()):
        hidden = path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS
        if hidden or path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield the dotted name and the syntax tree of each module of the package."""
    for path in files(PACKAGE):
        if path.suffix == ".py":
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(module: str, tree: ast.Module) -> Iterator[Import]:
    """Yield all imports of a module, those inside functions and type checks included."""
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            targets = [f"{'.' * node.level}{node.module or ''}.{each.name}" for each in node.names]
        else:
            continue
        for target in targets:
            yield Import(module, target, node.lineno, id(node) in inner)


def within(name: str, *places: str) -> bool:
    """Say whether a dotted name is one of these places or stands below one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)
