"""No module imports itself by way of others, not even for the checking of types."""

from collections.abc import Iterator, Mapping

import pytest

from tests.house.tree import imports, sources, within


def graph() -> dict[str, set[str]]:
    """The modules that each module imports anywhere in it."""
    trees = dict(sources())
    return {
        module: {
            found
            for arrow in imports(module, tree)
            if (found := _module(arrow.target, trees)) and found != module
        }
        for module, tree in trees.items()
    }


def _module(target: str, modules: Mapping[str, object]) -> str:
    """The module that an import names: itself, or the one that holds the name."""
    if not within(target, "smtp_tui"):
        return ""
    return target if target in modules else target.rpartition(".")[0]


def circles(graph: Mapping[str, set[str]]) -> Iterator[frozenset[str]]:
    """The groups of modules that reach each other, by Tarjan's algorithm."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for other in graph.get(module, ()):
            if other not in number:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], number[other])
        if lowest[module] == number[module]:
            at = stack.index(module)
            found.append(frozenset(stack[at:]))
            del stack[at:]

    for module in graph:
        if module not in number:
            visit(module)
    return (group for group in found if len(group) > 1)


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert list(circles(graph())) == []


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        ({"a": {"b"}, "b": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, [{"a", "b"}]),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [{"a", "b", "c"}]),
    ],
)
def test_a_circle_is_found(arrows: dict[str, set[str]], expected: list[set[str]]) -> None:
    assert [set(circle) for circle in circles(arrows)] == expected
