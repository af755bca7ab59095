"""The file with batch predictions, which a job writes and the server looks up."""

import csv
import io
from pathlib import Path

from serving.artifact import Artifact, read_artifact
from serving.errors import StartError
from serving.settings import Settings

HEADER = ("pickup_area", "weekday", "hour", "trips")


def read_predictions(settings: Settings) -> dict:
    """Returns the number of trips by (area, weekday, hour). Raises StartError if the file is missing or wrong."""
    if settings.predictions_path is None:
        raise StartError("PREDICTIONS_PATH is not set: must be the file or folder of the batch predictions")
    artifact = read_artifact(_file(settings.predictions_path), settings.allow_unverified)
    return _parse(artifact)


def _file(path: Path) -> Path:
    """Returns the file at path, or the only CSV file in the folder at path."""
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.csv"))
    if len(files) != 1:
        raise StartError(f"{path} has {len(files)} CSV files: must have one, the batch predictions")
    return files[0]


def _parse(artifact: Artifact) -> dict:
    predictions = {}
    try:
        lines = csv.reader(io.StringIO(artifact.content.decode("utf-8")))
        header = tuple(next(lines, ()))
        if header != HEADER:
            raise StartError(f"{artifact.path} has the columns {', '.join(header)[:100]}: must be {', '.join(HEADER)}")
        for area, weekday, hour, trips in lines:
            predictions[int(area), int(weekday), int(hour)] = float(trips)
    except ValueError as error:
        raise StartError(f"{artifact.path} is not a file of batch predictions: {error}") from error
    return predictions
