"""Settings of a server, from the environment that the service catalogue sets."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional

from serving.errors import StartError

LOG_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
LOG_FORMATS = ("json", "text")


@dataclass(frozen=True)
class Settings:
    """Settings of one server."""

    # The model's file, or the folder of an extracted archive (MODEL_PATH).
    model_path: Path
    # The service's name in logs and metrics (SERVICE_NAME).
    service: str
    # A path such as /bankchurn, below which every route is served, too; "" for none (API_ROOT_PATH).
    root_path: str = ""
    log_level: str = "INFO"
    log_format: str = "json"
    # The file or folder with batch predictions (PREDICTIONS_PATH).
    predictions_path: Optional[Path] = None
    # Which kind of model is at model_path (NLP_BACKEND); "" lets the server choose.
    backend: str = ""
    # Whether a model is loaded that no marker of the fetcher lists (ALLOW_UNVERIFIED_MODEL).
    allow_unverified: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str], service: str) -> "Settings":
        """Returns the settings in env. service is the name if SERVICE_NAME is not set. Raises StartError."""
        model_path = env.get("MODEL_PATH", "")
        if not model_path:
            raise StartError("MODEL_PATH is not set: must be the model's file or folder")
        root_path = env.get("API_ROOT_PATH", "").rstrip("/")
        if root_path and not root_path.startswith("/"):
            raise StartError(f'invalid API_ROOT_PATH "{root_path}": must begin with /')
        predictions = env.get("PREDICTIONS_PATH", "")
        return cls(
            model_path=Path(model_path),
            service=env.get("SERVICE_NAME") or service,
            root_path=root_path,
            log_level=_choice(env, "LOG_LEVEL", "INFO", LOG_LEVELS),
            log_format=_choice(env, "LOG_FORMAT", "json", LOG_FORMATS),
            predictions_path=Path(predictions) if predictions else None,
            backend=env.get("NLP_BACKEND", ""),
            allow_unverified=_choice(env, "ALLOW_UNVERIFIED_MODEL", "false", ("true", "false")) == "true",
        )


def settings_or_exit(env: Mapping[str, str], service: str) -> Settings:
    """Returns the settings in env, or ends the process with one line on stderr."""
    try:
        return Settings.from_env(env, service)
    except StartError as error:
        sys.exit(f"{service}: {error}")


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple) -> str:
    value = env.get(name) or default
    if value not in choices:
        raise StartError(f'invalid {name} "{value}": must be one of {", ".join(choices)}')
    return value
