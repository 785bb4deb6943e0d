"""The figures of the engine room in the Prometheus text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hostwatch.figures import Figure

PREFIX: Final = "hostwatch_"


def metrics(figures: Iterable[Figure], *, healthy: bool) -> bytes:
    """Return the figures as Prometheus text, `hostwatch_healthy` first."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(tuple(figures), healthy=healthy))
    return generate_latest(registry)


class _Figures(Collector):
    """Hands a list of figures to the writer of the text format."""

    def __init__(self, figures: tuple[Figure, ...], *, healthy: bool) -> None:
        self._figures = figures
        self._healthy = healthy

    def collect(self) -> Iterator[Metric]:
        """Yield one family per figure."""
        yield GaugeMetricFamily(
            f"{PREFIX}healthy", "1 while the status is ok.", value=float(self._healthy)
        )
        for figure in self._figures:
            yield _family(figure)


def _family(figure: Figure) -> Metric:
    labels = [figure.label] if figure.label else []
    kind = GaugeMetricFamily if figure.kind == "gauge" else CounterMetricFamily
    family = kind(f"{PREFIX}{figure.name}", figure.meaning, labels=labels)
    for word, value in figure.samples.items():
        family.add_metric([word] if figure.label else [], value)
    return family
