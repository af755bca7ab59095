"""The format of a model file: a joblib file with an estimator and its metadata, which is compared before it serves."""

import io
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Sequence

import joblib
import numpy
import sklearn

from serving.errors import StartError, one_line


@dataclass(frozen=True)
class Metadata:
    """What a model needs to be used correctly."""

    service: str
    # The estimator's class, such as StackingClassifier.
    model_type: str
    # Names of the columns in the order of training.
    features: tuple
    # Versions at training.
    sklearn: str
    numpy: str
    # RFC 3339.
    trained_at: str


def write_bundle(path: Path, estimator: Any, metadata: Metadata) -> None:
    """Writes a model file, uncompressed: the same estimator gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump({"metadata": asdict(metadata), "estimator": estimator}, path, protocol=4)


def read_bundle(content: bytes, service: str, features: Sequence[str]) -> tuple:
    """Loads a model file and returns its estimator and its Metadata.

    This runs code of the file. Raises StartError if the file is not a model of the service, or was made with another
    version of scikit-learn or other columns than the server's.
    """
    try:
        with warnings.catch_warnings():
            # scikit-learn warns about another version, which is an error below.
            warnings.simplefilter("ignore")
            loaded = joblib.load(io.BytesIO(content))
    except Exception as error:  # a damaged pickle raises nearly any exception
        raise StartError(f"model cannot be loaded: must be a joblib file ({one_line(error)})") from error
    try:
        estimator, metadata = loaded["estimator"], Metadata(**loaded["metadata"])
    except (TypeError, KeyError, IndexError) as error:
        raise StartError("model has no metadata: must be written by the service's train.py") from error
    _check(metadata, service, features)
    return estimator, metadata


def new_metadata(service: str, estimator: Any, features: Sequence[str], trained_at: str) -> Metadata:
    """Returns the metadata of an estimator that was trained by this process."""
    return Metadata(service, type(estimator).__name__, tuple(features), sklearn.__version__, numpy.__version__, trained_at)


def _check(metadata: Metadata, service: str, features: Sequence[str]) -> None:
    if metadata.service != service:
        raise StartError(f"model is of the service {metadata.service}: must be of {service}")
    if metadata.sklearn != sklearn.__version__:
        raise StartError(
            f"model was trained with scikit-learn {metadata.sklearn}, the server has {sklearn.__version__}: "
            "train it again with the server's version"
        )
    missing = [name for name in features if name not in metadata.features]
    if missing:
        raise StartError(f"model was trained without the column {', '.join(missing)}, which requests have: train it again")
    unknown = [name for name in metadata.features if name not in features]
    if unknown:
        raise StartError(f"model was trained with the column {', '.join(unknown)}, which requests lack: train it again")
    if tuple(features) != tuple(metadata.features):
        raise StartError(f"model has the columns in another order: must be {', '.join(features)}")
