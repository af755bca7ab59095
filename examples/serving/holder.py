"""The model of a server: loading while the server already answers, ready, or failed."""

import logging
import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional

from serving.artifact import Artifact, read_artifact
from serving.errors import one_line
from serving.settings import Settings

# Exit code of a server whose model cannot be loaded.
EXIT_MODEL = 1


@dataclass(frozen=True)
class Predictor:
    """What a service's loader returns."""

    # The object that the service's routes use.
    model: Any
    model_type: str
    # Versions that matter for the model, by package.
    versions: Mapping[str, str]
    # Unix time in seconds; None if the model does not say.
    trained_at: Optional[float]


@dataclass(frozen=True)
class Loaded:
    """A model that is ready."""

    artifact: Artifact
    predictor: Predictor
    # Unix time, and duration in seconds.
    loaded_at: float
    load_seconds: float


class ModelHolder:
    """Loads one model and holds it. Reading is safe from any thread."""

    def __init__(self, settings: Settings, load: Callable[[Artifact, Settings], Predictor]):
        """load makes a predictor of verified bytes; it raises StartError."""
        self._settings = settings
        self._load = load
        self.loaded: Optional[Loaded] = None

    def load(self) -> Loaded:
        """Loads the model. Raises StartError, or what else the loader raises."""
        began = time.monotonic()
        artifact = read_artifact(self._settings.model_path, self._settings.allow_unverified)
        predictor = self._load(artifact, self._settings)
        self.loaded = Loaded(artifact, predictor, time.time(), time.monotonic() - began)
        return self.loaded

    def start(self, on_loaded: Callable[[Loaded], None], on_error: Callable[[str], None] = None) -> threading.Thread:
        """Loads the model in a thread, so that /health answers meanwhile. A failure ends the process."""

        def run() -> None:
            try:
                on_loaded(self.load())
            except Exception as error:
                (on_error or exit_process)(f"{self._settings.service}: {one_line(error)}")

        thread = threading.Thread(target=run, name="load-model", daemon=True)
        thread.start()
        return thread


def exit_process(message: str) -> None:
    """Ends the process with a message as its last line on stderr, where kubelet finds it for the pod's status.

    A normal end would let uvicorn log its shutdown after the message, and exit with 0.
    """
    for handler in logging.getLogger().handlers:
        handler.acquire()  # uvicorn may be logging its start
    sys.stdout.flush()
    sys.stderr.write(message + "\n")
    sys.stderr.flush()
    os._exit(EXIT_MODEL)
