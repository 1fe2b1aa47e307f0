"""Layout: few crossings, no overlaps, and places that stay."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.topology.layout import Layout, spaced

Edge = tuple[str, str]

GRAPHS = st.builds(
    lambda sizes, pairs: (
        {f"{layer}/{n}": layer for layer, size in enumerate(sizes) for n in range(size)},
        [(f"{layer}/{a % sizes[layer]}", f"{layer + 1}/{b % sizes[layer + 1]}") for layer, a, b in pairs],
    ),
    st.tuples(*[st.integers(1, 9)] * 3),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(0, 8)), max_size=30),
)


def crossings(layout: Layout, edges: list[Edge]) -> int:
    """How many pairs of edges between the same two layers cross."""
    found = 0
    for (a, b), (c, d) in combinations(set(edges), 2):
        if layout.layer[a] == layout.layer[c]:
            found += (layout.height[a] - layout.height[c]) * (layout.height[b] - layout.height[d]) < 0
    return found


@given(GRAPHS)
def test_nodes_of_a_layer_never_overlap(graph: tuple[dict[str, int], list[Edge]]) -> None:
    layers, edges = graph
    layout = Layout()
    layout.update(layers)
    layout.arrange(edges)
    for layer in set(layers.values()):
        heights = sorted(layout.height[node] for node, at in layers.items() if at == layer)
        assert all(low + 1 <= high + 1e-6 for low, high in pairwise(heights))
    assert min(layout.height.values()) == 0


@given(GRAPHS)
def test_arranging_is_repeatable(graph: tuple[dict[str, int], list[Edge]]) -> None:
    layers, edges = graph
    first, second = Layout(), Layout()
    for layout in (first, second):
        layout.update(layers)
        layout.arrange(edges)
    assert first.height == second.height


def test_edges_that_need_not_cross_do_not() -> None:
    layers = {f"{layer}/{n}": layer for layer in range(3) for n in range(12)}
    order = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4]
    edges = [(f"0/{n}", f"1/{order[n]}") for n in range(12)] + [(f"1/{order[n]}", f"2/{11 - n}") for n in range(12)]
    layout = Layout()
    layout.update(layers)
    before = crossings(layout, edges)
    layout.arrange(edges)
    assert before > 0
    assert crossings(layout, edges) == 0


@given(GRAPHS, st.integers(0, 2))
def test_a_new_node_moves_no_other_and_enters_at_the_end_of_its_layer(
    graph: tuple[dict[str, int], list[Edge]], layer: int
) -> None:
    layers, edges = graph
    layout = Layout()
    layout.update(layers)
    layout.arrange(edges)
    before = dict(layout.height)
    assert layout.update(layers | {"new": layer})
    assert {node: height for node, height in layout.height.items() if node != "new"} == before
    assert all(layout.height["new"] >= before[node] + 1 for node, at in layers.items() if at == layer)


def test_a_node_that_is_gone_leaves_its_place_empty() -> None:
    layout = Layout()
    layout.update({"a": 0, "b": 0, "c": 0})
    assert layout.update({"a": 0, "c": 0})
    assert layout.height == {"a": 0, "c": 2}
    assert not layout.update({"a": 0, "c": 0})


@given(st.lists(st.floats(-100, 100)))
def test_spacing_keeps_the_order_and_moves_nothing_that_has_room(wished: list[float]) -> None:
    heights = spaced(wished)
    assert all(low + 1 <= high + 1e-6 for low, high in pairwise(heights))
    roomy = [n * 3.0 for n in range(len(wished))]
    assert spaced(roomy) == roomy
