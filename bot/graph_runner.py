"""Runs Rasa's graph node after node, without a scheduler."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner


class SequentialGraphRunner(GraphRunner):
    """Does what Rasa's DaskGraphRunner does, for the nodes that it loaded.

    A turn runs the graph three times over a handful of nodes that wait for each other anyway;
    planning each run anew costs more than the nodes themselves (docs/adr/0001).
    """

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._schema = loaded._graph_schema
        self._nodes: dict[str, GraphNode] = loaded._instantiated_nodes
        self._plans: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}

    @classmethod
    def create(cls, *args: Any, **kwargs: Any) -> SequentialGraphRunner:
        return cls(DaskGraphRunner.create(*args, **kwargs))

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._schema.target_names)
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._plan(wanted):
            # A node passes on a pair of its name and output; a missing one is named alone.
            done[name] = self._nodes[name](*(done.get(need, need) for need in needs))
        return {name: done[name][1] for name in wanted}

    def _plan(self, wanted: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """The nodes that `wanted` needs, each after those that it waits for."""
        if wanted not in self._plans:
            nodes = self._schema.minimal_graph_schema(list(wanted)).nodes
            plan: list[tuple[str, tuple[str, ...]]] = []
            placed: set[str] = set()

            def place(name: str) -> None:
                if name in placed or name not in nodes:
                    return
                placed.add(name)
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    place(need)
                plan.append((name, needs))

            for name in wanted:
                place(name)
            self._plans[wanted] = plan
        return self._plans[wanted]
