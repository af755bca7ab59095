"""What all servers do, shown with the smallest of them."""

import io
import json
import logging
import re
import threading

import pytest

from conftest import EXAMPLES, settings_of, write_marker
from chicagotaxi.app import create, load, routes
from serving.app import create_app
from serving.logs import JSONFormatter

REQUEST = {"pickup_area": 8, "weekday": 4, "hour": 17, "month": 11, "temperature": 6}


@pytest.fixture
def client(start, trained):
    client, errors = start(create, settings_of("chicagotaxi", trained))
    assert errors == []
    return client


@pytest.mark.parametrize("method, path", [("GET", "/health"), ("GET", "/model"), ("POST", "/predict"),
                                          ("GET", "/chicagotaxi/health")])
def test_unavailable_while_loading(start, trained, method, path):
    finish = threading.Event()

    def load_slowly(artifact, settings):
        finish.wait(60)
        return load(artifact, settings)

    client, _ = start(lambda settings, **options: create_app(settings, load_slowly, routes, "Taxi", **options),
                      settings_of("chicagotaxi", trained), wait=False)
    try:
        response = client.request(method, path, json=REQUEST if method == "POST" else None)
        assert response.status_code == 503
        assert response.json() == {"detail": "the model is being loaded"}
        metrics = client.get("/metrics").text
        assert "model_server_ready 0.0" in metrics
        assert "model_server_model_info" not in metrics
    finally:
        finish.set()


def test_root_path(client):
    """Requests arrive with the prefix or without it, whatever the ingress does."""
    assert client.get("/chicagotaxi/health").json() == {"status": "ok"}
    plain = client.post("/predict", json=REQUEST)
    assert plain.status_code == 200
    assert client.post("/chicagotaxi/predict", json=REQUEST).json() == plain.json()
    assert client.get("/other/health").status_code == 404
    assert "url: '/chicagotaxi/openapi.json'" in client.get("/chicagotaxi/docs").text
    assert client.get("/chicagotaxi/openapi.json").json() == client.get("/openapi.json").json()


def test_root_path_unset(start, trained):
    client, _ = start(create, settings_of("chicagotaxi", trained, root_path=""))
    assert client.get("/health").status_code == 200
    assert client.get("/chicagotaxi/health").status_code == 404


def test_openapi_documents_errors(client):
    operation = client.get("/openapi.json").json()["paths"]["/predict"]["post"]
    assert set(operation["responses"]) == {"200", "422", "503"}


def test_model(start, trained, tmp_path):
    content = (trained / "chicagotaxi/model.joblib").read_bytes()
    (tmp_path / "model.joblib").write_bytes(content)
    (tmp_path / "predictions.csv").write_bytes((trained / "chicagotaxi/predictions.csv").read_bytes())
    write_marker(tmp_path, {
        "dest": "model.joblib", "source": "s3://models/chicagotaxi/model.joblib", "bytes": len(content), "version": "v1",
        "verified": "crc",
    }, {"dest": "predictions.csv"})
    client, errors = start(create, settings_of("chicagotaxi", trained, model_path=tmp_path / "model.joblib",
                                               predictions_path=tmp_path, allow_unverified=False))
    assert errors == []
    model = client.get("/model").json()
    assert model["source"] == "s3://models/chicagotaxi/model.joblib"
    assert (model["version"], model["verified"], model["bytes"]) == ("v1", "crc", len(content))
    assert model["fetchedAt"] == "2026-11-02T03:04:05Z"
    assert model["trainedAt"] == "2026-11-01T00:00:00Z"
    assert model["modelType"] == "RandomForestRegressor"
    assert model["versions"]["scikit-learn"] == "1.2.1"
    assert client.post("/predict", json=REQUEST).json()["model"] == model["sha256"]


def test_metrics_of_requests(client):
    client.post("/predict", json=REQUEST)
    client.post("/chicagotaxi/predict", json=REQUEST)
    client.post("/predict", json={})
    client.get("/wp-login.php")
    client.get("/predictions", params={"pickup_area": 8, "weekday": 4, "hour": 17})
    metrics = client.get("/metrics").text
    for series in (
        'model_server_requests_total{method="POST",route="/predict",status="200"} 2.0',
        'model_server_requests_total{method="POST",route="/predict",status="422"} 1.0',
        'model_server_requests_total{method="GET",route="other",status="404"} 1.0',
        'model_server_requests_total{method="GET",route="/predictions",status="200"} 1.0',
        'model_server_request_duration_seconds_count{method="POST",route="/predict"} 3.0',
    ):
        assert series in metrics.splitlines()


def test_metrics_of_exception(start, trained):
    """A request whose handler raises counts as 500."""
    client, _ = start(create, settings_of("chicagotaxi", trained))
    holder = client.app.state.holder
    holder.loaded = "no model"
    with pytest.raises(AttributeError):
        client.post("/predict", json=REQUEST)
    assert 'model_server_requests_total{method="POST",route="/predict",status="500"} 1.0' in client.get("/metrics").text


def test_metrics_of_model(client):
    metrics = client.get("/metrics").text
    model = client.get("/model").json()
    assert "model_server_ready 1.0" in metrics
    assert (
        f'model_server_model_info{{framework_version="1.2.1",model_type="RandomForestRegressor",sha256="{model["sha256"]}",'
        'source="",verified="none",version=""} 1.0'
    ) in metrics
    assert "model_server_model_trained_timestamp_seconds 1.7934912e+09" in metrics
    for name in ("model_server_model_bytes", "model_server_model_load_seconds",
                 "model_server_model_loaded_timestamp_seconds", "process_resident_memory_bytes"):
        assert f"\n{name} " in metrics
    assert "_created" not in metrics


def test_metrics_listed_in_readme(client):
    listed = (EXAMPLES / "README.md").read_text()
    names = {line.split()[2] for line in client.get("/metrics").text.splitlines() if line.startswith("# TYPE model_server")}
    assert len(names) >= 8
    assert [name for name in sorted(names) if f"`{name}`" not in listed] == []


def test_metrics_that_alerts_use(client):
    """monitoring/series.yaml lists the series of the rules and dashboards, with their labels."""
    client.post("/predict", json=REQUEST)
    metrics = client.get("/metrics").text
    section = re.split(r"\n  (?! )", (EXAMPLES / "../monitoring/series.yaml").read_text().split("  model-server:\n")[1])[0]
    series = re.findall(r"^    (\w+): \[(.*)\]$", section, re.MULTILINE)
    assert len(series) >= 6
    for name, labels in series:
        found = re.search(rf"^{name}(\{{.*\}})? ", metrics, re.MULTILINE)
        assert found, name
        actual = set(re.findall(r'(\w+)="', found.group(1) or ""))
        assert set(filter(None, labels.split(", "))) <= actual, name


def test_logs(client):
    handler = next(handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, JSONFormatter))
    output = io.StringIO()
    handler.setStream(output)
    access = logging.getLogger("uvicorn.access")
    # As uvicorn logs requests: uvicorn/protocols/http/h11_impl.py
    access.info('%s - "%s %s HTTP/%s" %d', "10.0.0.1:5", "POST", "/predict?x=1", "1.1", 200)
    access.info('%s - "%s %s HTTP/%s" %d', "10.0.0.1:5", "GET", "/chicagotaxi/health", "1.1", 200)
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert len(lines) == 1
    assert lines[0].items() >= {"service": "chicagotaxi", "level": "INFO", "method": "POST", "path": "/predict",
                                "status": 200, "client": "10.0.0.1:5"}.items()
