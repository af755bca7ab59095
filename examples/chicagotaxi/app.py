"""Predicts the demand for taxis in an area of Chicago, and looks up batch predictions."""

import os
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, Field

from chicagotaxi.batch import read_predictions
from chicagotaxi.features import AREAS, FEATURES, encode
from serving.app import UNAVAILABLE, ErrorResponse, create_app, require_model
from serving.artifact import Artifact
from serving.holder import Loaded, Predictor
from serving.schema import Request
from serving.settings import Settings, settings_or_exit
from serving.sklearn_loader import loader

SERVICE = "chicagotaxi"


class Demand(Request):
    """An hour in a community area."""

    pickup_area: int = Field(..., ge=1, le=AREAS, description="community area", example=8)
    weekday: int = Field(..., ge=0, le=6, description="0 is Monday", example=4)
    hour: int = Field(..., ge=0, le=23, example=17)
    month: int = Field(..., ge=1, le=12, example=11)
    temperature: float = Field(..., ge=-60, le=60, description="degrees Celsius", example=6)
    rain: bool = Field(False, example=False)


class Prediction(BaseModel):
    trips: float = Field(..., description="expected number of trips in the hour", example=84.2)
    model: str = Field(..., description="SHA-256 of the model that answered")


@dataclass(frozen=True)
class Models:
    """The model and its batch predictions."""

    estimator: Any
    batch: dict


routes = APIRouter(tags=["prediction"])


@routes.post("/predict", response_model=Prediction, responses=UNAVAILABLE)
def predict(demand: Demand, loaded: Loaded = Depends(require_model)) -> Prediction:
    """Returns the expected number of trips in an hour."""
    trips = float(loaded.predictor.model.estimator.predict(encode(**demand.dict()))[0])
    return Prediction(trips=trips, model=loaded.artifact.sha256)


@routes.get("/predictions", response_model=Prediction, responses={
    404: {"model": ErrorResponse, "description": "the batch has no such hour"}, **UNAVAILABLE,
})
async def read_prediction(
    pickup_area: int = Query(..., ge=1, le=AREAS), weekday: int = Query(..., ge=0, le=6),
    hour: int = Query(..., ge=0, le=23), loaded: Loaded = Depends(require_model),
) -> Prediction:
    """Returns the prediction of the batch job for an hour of the week."""
    trips = loaded.predictor.model.batch.get((pickup_area, weekday, hour))
    if trips is None:
        raise HTTPException(404, f"no prediction for area {pickup_area}, weekday {weekday}, hour {hour}")
    return Prediction(trips=trips, model=loaded.artifact.sha256)


def load(artifact: Artifact, settings: Settings) -> Predictor:
    """Loads the model and the batch predictions."""
    predictor = loader(SERVICE, FEATURES)(artifact, settings)
    return replace(predictor, model=Models(predictor.model, read_predictions(settings)))


def create(settings: Settings, **options) -> FastAPI:
    """Returns the application. options are those of create_app."""
    return create_app(settings, load, routes, "Chicago taxi", **options)


app = create(settings_or_exit(os.environ, SERVICE))
