"""Tells the sentiment of a sentence of financial news."""

import json
import os
import platform

import numpy
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, Field

from nlpinsight.tfidf import FEATURES, TfidfModel
from nlpinsight.transformer import ARCHITECTURE, Transformer
from serving.app import UNAVAILABLE, create_app, require_model
from serving.artifact import Artifact
from serving.errors import StartError
from serving.holder import Loaded, Predictor
from serving.schema import Request
from serving.settings import Settings, settings_or_exit
from serving.sklearn_loader import loader
from serving.times import parse_time

SERVICE = "nlpinsight"

BACKENDS = ("tfidf", "finbert")


class Text(Request):
    """A sentence in English."""

    text: str = Field(..., min_length=1, max_length=5000, example="Operating profit rose to EUR 13.1 million .")


class Sentiment(BaseModel):
    sentiment: str = Field(..., description="the most probable label", example="positive")
    scores: dict = Field(..., example={"negative": 0.02, "neutral": 0.08, "positive": 0.9})
    backend: str = Field(..., example="tfidf")
    model: str = Field(..., description="SHA-256 of the model that answered")


routes = APIRouter(tags=["prediction"])


@routes.post("/predict", response_model=Sentiment, responses=UNAVAILABLE)
def predict(text: Text, loaded: Loaded = Depends(require_model)) -> Sentiment:
    """Returns the sentiment of a sentence: negative, neutral or positive."""
    model = loaded.predictor.model
    scores = model.scores(text.text)
    backend = "tfidf" if isinstance(model, TfidfModel) else "finbert"
    return Sentiment(sentiment=max(scores, key=scores.get), scores=scores, backend=backend, model=loaded.artifact.sha256)


def load(artifact: Artifact, settings: Settings) -> Predictor:
    """Loads the model of the backend: a joblib file (tfidf), or the folder of a transformer (finbert)."""
    backend = settings.backend or ("finbert" if artifact.content is None else "tfidf")
    if backend not in BACKENDS:
        raise StartError(f'invalid NLP_BACKEND "{backend}": must be one of {", ".join(BACKENDS)}')
    if backend == "tfidf":
        predictor = loader(SERVICE, FEATURES)(artifact, settings)
        return Predictor(TfidfModel(predictor.model), predictor.model_type, predictor.versions, predictor.trained_at)
    if artifact.content is not None:
        raise StartError(f"model {artifact.path} is a file: NLP_BACKEND finbert needs the folder of an extracted archive")
    model = Transformer.from_folder(artifact.path)
    config = json.loads((artifact.path / "config.json").read_text(encoding="utf-8"))
    versions = {"numpy": numpy.__version__, "python": platform.python_version()}
    return Predictor(model, ARCHITECTURE, versions, parse_time(str(config.get("trained_at", ""))))


def create(settings: Settings, **options) -> FastAPI:
    """Returns the application. options are those of create_app."""
    return create_app(settings, load, routes, "NLP insight", **options)


app = create(settings_or_exit(os.environ, SERVICE))
