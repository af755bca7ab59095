"""Fixtures. Run from the repository's folder: make test-examples."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent
sys.path.insert(0, str(EXAMPLES))
# The applications read their settings on import. Tests make their own.
os.environ["MODEL_PATH"] = "/nowhere"

from fastapi.testclient import TestClient  # noqa: E402

from serving.settings import Settings  # noqa: E402

SERVICES = ("bankchurn", "nlpinsight", "chicagotaxi")


def run_training(service: str, out: Path, *arguments: str, **env: str) -> None:
    """Runs a training script as a program of its own, as a user does."""
    subprocess.run(
        [sys.executable, "-m", f"{service}.train", "--out", str(out), *arguments],
        cwd=EXAMPLES, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL,
    )


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder with all files of the default variants."""
    out = tmp_path_factory.mktemp("trained")
    for service in SERVICES:
        run_training(service, out)
    return out


@pytest.fixture(scope="session")
def finbert(trained, tmp_path_factory) -> Path:
    """The folder of the extracted transformer."""
    folder = tmp_path_factory.mktemp("finbert")
    subprocess.run(["tar", "xzf", str(trained / "nlpinsight/model.tar.gz"), "-C", str(folder)], check=True)
    return folder


def write_marker(folder: Path, *records: dict, **fields) -> None:
    """Writes the fetcher's marker."""
    marker = {"artifacts": list(records), "fetchedAt": "2026-11-02T03:04:05.123456789Z", "createdFolders": [], **fields}
    (folder / ".modelferry").write_text(json.dumps(marker))


def settings_of(service: str, trained: Path, **changes) -> Settings:
    """Returns the settings of a server that trusts the trained files."""
    values = {
        "model_path": trained / service / "model.joblib", "service": service, "root_path": "/" + service,
        "predictions_path": trained / "chicagotaxi" / "predictions.csv" if service == "chicagotaxi" else None,
        "allow_unverified": True, **changes,
    }
    return Settings(**values)


def open_client(create, settings: Settings, wait: bool = True):
    """Returns a started test client, and the list to which the error of a failed start is added."""
    errors = []
    client = TestClient(create(settings, on_error=errors.append))
    client.__enter__()
    while wait and not errors and client.get("/health").status_code != 200:
        time.sleep(0.01)
    return client, errors


@pytest.fixture
def start(request):
    """Returns a function like open_client, whose clients are closed."""
    def run(create, settings: Settings, wait: bool = True):
        client, errors = open_client(create, settings, wait)
        request.addfinalizer(lambda: client.__exit__(None, None, None))
        return client, errors

    return run
