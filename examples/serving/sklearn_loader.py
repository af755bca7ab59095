"""Loads the scikit-learn model of a service, with its metadata compared."""

import platform
from typing import Callable, Sequence

from serving.artifact import Artifact
from serving.bundle import read_bundle
from serving.errors import StartError
from serving.holder import Predictor
from serving.settings import Settings
from serving.times import parse_time


def loader(service: str, features: Sequence[str]) -> Callable[[Artifact, Settings], Predictor]:
    """Returns the function that makes a predictor of a verified model file of the service."""

    def load(artifact: Artifact, settings: Settings) -> Predictor:
        if artifact.content is None:
            raise StartError(f"model {artifact.path} is a folder: must be a joblib file")
        estimator, metadata = read_bundle(artifact.content, service, features)
        versions = {"scikit-learn": metadata.sklearn, "numpy": metadata.numpy, "python": platform.python_version()}
        return Predictor(estimator, metadata.model_type, versions, parse_time(metadata.trained_at))

    return load
