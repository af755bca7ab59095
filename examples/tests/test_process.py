"""The server as a process: its exit code, and its last line, which kubelet reports."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from conftest import EXAMPLES


def start_server(service: str, port: int, **env: str) -> subprocess.Popen:
    clean = {key: value for key, value in os.environ.items() if key not in ("MODEL_PATH", "PREDICTIONS_PATH")}
    return subprocess.Popen(
        [sys.executable, "-m", "uvicorn", f"{service}.app:app", "--host", "127.0.0.1", "--port", str(port)],
        cwd=EXAMPLES, env={**clean, **env}, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("content, env, message", [
    (b"no model", {"ALLOW_UNVERIFIED_MODEL": "true"}, "bankchurn: model cannot be loaded: must be a joblib file"),
    (b"no model", {}, "is not listed in a marker .modelferry of the fetcher"),
    (b"no model", {"LOG_LEVEL": "loud"}, 'bankchurn: invalid LOG_LEVEL "loud"'),
    (None, {}, "does not exist"),
])
def test_exit_last_line(tmp_path, port, content, env, message):
    path = tmp_path / "model.joblib"
    if content is not None:
        path.write_bytes(content)
    server = start_server("bankchurn", port, MODEL_PATH=str(path), **env)
    _, stderr = server.communicate(timeout=120)
    assert server.returncode == 1
    assert message in stderr.splitlines()[-1]
    assert "Traceback" not in stderr


def test_serves_and_stops(trained, port):
    server = start_server("bankchurn", port, MODEL_PATH=str(trained / "bankchurn/model.joblib"), LOG_FORMAT="text",
                          ALLOW_UNVERIFIED_MODEL="true", API_ROOT_PATH="/bankchurn")
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/bankchurn/health") as response:
                    assert response.status == 200
                    break
            except OSError:  # not listening yet, or 503
                assert server.poll() is None
                time.sleep(0.1)
        else:
            pytest.fail("the server did not become ready")
        server.send_signal(signal.SIGTERM)
        _, stderr = server.communicate(timeout=60)
    finally:
        server.kill()
    assert server.returncode == 0
    assert "model loaded" in stderr
