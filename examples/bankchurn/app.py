"""Predicts whether a customer of a bank leaves."""

import os

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, Field

from bankchurn.features import COUNTRIES, FEATURES, GENDERS, encode
from serving.app import UNAVAILABLE, create_app, require_model
from serving.holder import Loaded
from serving.schema import Request, one_of
from serving.settings import Settings, settings_or_exit
from serving.sklearn_loader import loader

SERVICE = "bankchurn"


class Customer(Request):
    """A customer, with the columns of the data set."""

    credit_score: int = Field(..., ge=300, le=900, example=619)
    country: one_of(COUNTRIES) = Field(..., example="France")
    gender: one_of(GENDERS) = Field(..., example="Female")
    age: int = Field(..., ge=18, le=120, example=42)
    tenure: int = Field(..., ge=0, le=80, description="years as a customer", example=2)
    balance: float = Field(..., ge=0, le=1e9, example=83807.86)
    products: int = Field(..., ge=1, le=10, description="number of products", example=1)
    has_card: bool = Field(..., example=True)
    is_active: bool = Field(..., example=True)
    estimated_salary: float = Field(..., ge=0, le=1e9, example=112542.58)


class Prediction(BaseModel):
    churn_probability: float = Field(..., example=0.27)
    churn: bool = Field(..., description="whether the probability is at least 0.5")
    model: str = Field(..., description="SHA-256 of the model that answered")


routes = APIRouter(tags=["prediction"])


@routes.post("/predict", response_model=Prediction, responses=UNAVAILABLE)
def predict(customer: Customer, loaded: Loaded = Depends(require_model)) -> Prediction:
    """Returns the probability that a customer leaves."""
    probability = float(loaded.predictor.model.predict_proba(encode(**customer.dict()))[0, 1])
    return Prediction(churn_probability=probability, churn=probability >= 0.5, model=loaded.artifact.sha256)


def create(settings: Settings, **options) -> FastAPI:
    """Returns the application. options are those of create_app."""
    return create_app(settings, loader(SERVICE, FEATURES), routes, "Bank churn", **options)


app = create(settings_or_exit(os.environ, SERVICE))
