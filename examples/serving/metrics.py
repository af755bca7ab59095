"""Metrics in the Prometheus format. examples/README.md lists them; alerts and dashboards use their names."""

import time
from typing import Optional

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from serving.holder import Loaded

# Upper bounds in seconds. Predictions take between 0.5 and 50 ms.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# The route of requests that match none, so that a scanner of paths cannot create series.
OTHER_ROUTE = "other"


class Metrics:
    """The metrics of one server, in a registry of their own."""

    def __init__(self):
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._ready = self._gauge("model_server_ready", "Whether the model is loaded.")
        self._requests = Counter("model_server_requests_total", "HTTP requests.", ("route", "method", "status"),
                                 registry=self.registry)
        self._duration = Histogram("model_server_request_duration_seconds", "Duration of HTTP requests.",
                                   ("route", "method"), buckets=BUCKETS, registry=self.registry)

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one request."""
        self._requests.labels(route, method, str(status)).inc()
        self._duration.labels(route, method).observe(seconds)

    def set_loaded(self, loaded: Loaded) -> None:
        """Adds the series of the model, once it is loaded."""
        artifact, predictor = loaded.artifact, loaded.predictor
        info = Gauge("model_server_model_info", "The model; the value is 1.",
                     ("sha256", "version", "source", "verified", "model_type", "framework_version"),
                     registry=self.registry)
        info.labels(artifact.sha256, artifact.version, artifact.source, artifact.verified,
                    predictor.model_type, next(iter(predictor.versions.values()), "")).set(1)
        self._set("model_server_model_bytes", "Size of the model's object.", artifact.bytes)
        self._set("model_server_model_load_seconds", "How long loading the model took.", loaded.load_seconds)
        self._set("model_server_model_loaded_timestamp_seconds", "When the model was loaded.", loaded.loaded_at)
        self._set("model_server_model_trained_timestamp_seconds", "When the model was trained, as its file says.",
                  predictor.trained_at)
        self._set("model_server_fetched_timestamp_seconds", "When the fetcher published the artifacts.",
                  artifact.fetched_at)
        self._ready.set(1)

    def text(self) -> bytes:
        """Returns the metrics in the text format, version 0.0.4."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, help_text: str) -> Gauge:
        return Gauge(name, help_text, registry=self.registry)

    def _set(self, name: str, help_text: str, value: Optional[float]) -> None:
        if value is not None:
            self._gauge(name, help_text).set(value)


class MetricsMiddleware:
    """An ASGI middleware that counts requests with their route, status and duration."""

    def __init__(self, app, metrics: Metrics, root_path: str):
        self._app, self._metrics, self._root_path = app, metrics, root_path

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        status = 500  # of a request whose handler raised an exception

        async def send_and_note(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            self._metrics.observe(self._route(scope), scope["method"], status, time.perf_counter() - began)

    def _route(self, scope) -> str:
        route = getattr(scope.get("route"), "path", OTHER_ROUTE)  # FastAPI sets it when a route matches
        if self._root_path and route.startswith(self._root_path + "/"):
            route = route[len(self._root_path):]
        return route
