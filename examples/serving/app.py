"""The FastAPI application that the example servers share. Each service adds its routes."""

from typing import Any, Callable, Optional

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import BaseModel, Field

from serving.artifact import Artifact
from serving.holder import Loaded, ModelHolder, Predictor
from serving.logs import configure_logs
from serving.metrics import Metrics, MetricsMiddleware
from serving.settings import Settings
from serving.times import format_time

LOADING = "the model is being loaded"


class ErrorResponse(BaseModel):
    """The body of errors other than 422, which FastAPI documents."""

    detail: str = Field(..., example=LOADING)


class HealthResponse(BaseModel):
    status: str = Field(..., example="ok")


class ModelResponse(BaseModel):
    """The model that answers."""

    service: str
    path: str
    sha256: str = Field(..., description="digest of the object in the bucket")
    bytes: int
    source: str = Field(..., description="the object's URL; empty if no fetcher published the model")
    version: str = Field(..., description="generation or version ID of the object")
    verified: str = Field(..., description="the fetcher's strongest check: sha256, crc, size, or none")
    modelType: str
    versions: dict
    trainedAt: Optional[str]
    fetchedAt: Optional[str] = Field(..., description="when the fetcher published the model")
    loadedAt: str
    loadSeconds: float


UNAVAILABLE = {503: {"model": ErrorResponse, "description": LOADING}}


async def require_model(request: Request) -> Loaded:
    """A dependency of routes: the loaded model, or the answer 503 until there is one."""
    loaded = request.app.state.holder.loaded
    if loaded is None:
        raise HTTPException(503, LOADING, headers={"Retry-After": "1"})
    return loaded


def create_app(settings: Settings, load: Callable[[Artifact, Settings], Predictor], routes: APIRouter, title: str,
               on_error: Callable[[str], None] = None) -> FastAPI:
    """Returns the application of a service.

    It loads the model in the background when it starts. on_error replaces the end of the process, for tests.
    """
    log = configure_logs(settings)
    metrics = Metrics()
    holder = ModelHolder(settings, load)

    app = FastAPI(title=title, docs_url=None, redoc_url=None)
    app.state.holder = holder
    app.add_middleware(MetricsMiddleware, metrics=metrics, root_path=settings.root_path)

    def on_loaded(loaded: Loaded) -> None:
        metrics.set_loaded(loaded)
        log.info("model loaded", extra={"fields": {
            "model": str(loaded.artifact.path), "sha256": loaded.artifact.sha256, "bytes": loaded.artifact.bytes,
            "verified": loaded.artifact.verified, "seconds": round(loaded.load_seconds, 3),
        }})

    @app.on_event("startup")
    def start() -> None:
        holder.start(on_loaded, on_error)

    routers = (_operational_routes(settings, metrics), routes)
    for router in routers:
        app.include_router(router)
        if settings.root_path:
            # FastAPI 0.92 routes by the whole path, also if a proxy does not remove its prefix.
            app.include_router(router, prefix=settings.root_path, include_in_schema=False)
    return app


def _operational_routes(settings: Settings, metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/health", response_model=HealthResponse, responses=UNAVAILABLE)
    async def health(loaded: Loaded = Depends(require_model)) -> Any:
        """Answers 200 when the model is loaded, and 503 until then."""
        return HealthResponse(status="ok")

    @router.get("/model", response_model=ModelResponse, responses=UNAVAILABLE)
    async def model(loaded: Loaded = Depends(require_model)) -> Any:
        """Describes the model that answers."""
        artifact, predictor = loaded.artifact, loaded.predictor
        return ModelResponse(
            service=settings.service, path=str(artifact.path), sha256=artifact.sha256, bytes=artifact.bytes,
            source=artifact.source, version=artifact.version, verified=artifact.verified,
            modelType=predictor.model_type, versions=dict(predictor.versions),
            trainedAt=format_time(predictor.trained_at), fetchedAt=format_time(artifact.fetched_at),
            loadedAt=format_time(loaded.loaded_at), loadSeconds=round(loaded.load_seconds, 6),
        )

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    def read_metrics() -> Any:
        """Metrics in the Prometheus text format."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    @router.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Any:
        prefix = settings.root_path if request.url.path.startswith(settings.root_path + "/docs") else ""
        return get_swagger_ui_html(openapi_url=prefix + "/openapi.json", title=request.app.title)

    if settings.root_path:
        @router.get("/openapi.json", include_in_schema=False)
        def openapi(request: Request) -> Any:
            return request.app.openapi()

    return router
