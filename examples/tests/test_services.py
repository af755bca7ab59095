import importlib
import json
import math
import re

import pytest

from conftest import EXAMPLES, SERVICES, settings_of


@pytest.fixture(params=SERVICES + ("finbert",))
def served(request, start, trained, finbert):
    """A server of each service, with its example request."""
    service = "nlpinsight" if request.param == "finbert" else request.param
    changes = {"model_path": finbert, "backend": "finbert"} if request.param == "finbert" else {}
    client, errors = start(importlib.import_module(service + ".app").create, settings_of(service, trained, **changes))
    assert errors == []
    return request.param, client, json.loads((EXAMPLES / service / "request.json").read_text())


def test_predict_request_json(served):
    """make status prints request.json for a shell: on one line, without single quotes."""
    name, client, body = served
    response = client.post("/predict", json=body)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert re.fullmatch("[0-9a-f]{64}", answer["model"])
    expected = {
        "bankchurn": lambda: 0.5 < answer["churn_probability"] < 1 and answer["churn"] is True,
        "chicagotaxi": lambda: 50 < answer["trips"] < 200,
        "nlpinsight": lambda: answer["sentiment"] == "positive" and answer["backend"] == "tfidf",
        "finbert": lambda: answer["sentiment"] == "positive" and answer["backend"] == "finbert",
    }
    assert expected[name](), answer
    if "scores" in answer:
        assert list(answer["scores"]) == ["negative", "neutral", "positive"]
        assert math.isclose(sum(answer["scores"].values()), 1, rel_tol=1e-5)
    assert client.post("/predict", json=body).json() == answer


@pytest.mark.parametrize("service", SERVICES)
def test_request_json_one_line(service):
    text = (EXAMPLES / service / "request.json").read_text()
    assert text.endswith("}\n") and text.count("\n") == 1 and "'" not in text


def test_predict_schema(served):
    """Each field is required, or the server would predict with an invented value; an unknown one may be misspelt."""
    _, client, body = served
    for field in body:
        if field == "rain":  # optional
            continue
        response = client.post("/predict", json={key: value for key, value in body.items() if key != field})
        assert response.status_code == 422, field
        assert response.json()["detail"][0]["loc"] == ["body", field]
    response = client.post("/predict", json={**body, "unknown": 1})
    assert response.status_code == 422
    assert response.json()["detail"][0]["msg"] == "extra fields not permitted"


@pytest.mark.parametrize("service, field, values", [
    ("bankchurn", "age", [17, 121, "old", None, 1e999]),
    ("bankchurn", "balance", [-1, 1e10, math.nan, math.inf]),
    ("bankchurn", "country", ["Italy", "germany", 1]),
    ("chicagotaxi", "pickup_area", [0, 78]),
    ("chicagotaxi", "hour", [-1, 24]),
    ("nlpinsight", "text", ["", "x" * 5001, None]),
])
def test_predict_out_of_range(start, trained, service, field, values):
    client, _ = start(importlib.import_module(service + ".app").create, settings_of(service, trained))
    body = json.loads((EXAMPLES / service / "request.json").read_text())
    for value in values:
        response = client.post("/predict", content=json.dumps({**body, field: value}))
        assert response.status_code == 422, value


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_predict_not_json(start, trained, content):
    from chicagotaxi.app import create

    client, _ = start(create, settings_of("chicagotaxi", trained))
    response = client.post("/predict", content=content, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert "detail" in response.json()


def test_predictions(start, trained):
    from chicagotaxi.app import create

    client, _ = start(create, settings_of("chicagotaxi", trained))
    query = {"pickup_area": 8, "weekday": 4, "hour": 17}
    answer = client.get("/predictions", params=query).json()
    body = json.loads((EXAMPLES / "chicagotaxi/request.json").read_text())
    assert answer["trips"] == pytest.approx(client.post("/predict", json=body).json()["trips"], abs=1e-6)
    assert client.get("/predictions", params={**query, "hour": 24}).status_code == 422
    del client.app.state.holder.loaded.predictor.model.batch[8, 4, 17]
    missing = client.get("/predictions", params=query)
    assert (missing.status_code, missing.json()) == (404, {"detail": "no prediction for area 8, weekday 4, hour 17"})


@pytest.mark.parametrize("content, message", [
    (None, "does not exist"),
    (b"pickup_area,hour,trips\n", "has the columns pickup_area, hour, trips: must be pickup_area, weekday, hour, trips"),
    (b"pickup_area,weekday,hour,trips\n1,2,x,4\n", "is not a file of batch predictions"),
    (b"pickup_area,weekday,hour,trips\n1,2,3\n", "is not a file of batch predictions"),
    (b"\xff\xfe", "is not a file of batch predictions"),
])
def test_predictions_damaged(start, trained, tmp_path, content, message):
    from chicagotaxi.app import create

    path = tmp_path / "predictions.csv"
    if content is not None:
        path.write_bytes(content)
    client, errors = start(create, settings_of("chicagotaxi", trained, predictions_path=path))
    assert message in errors[0]
    assert client.get("/health").status_code == 503


def test_predictions_folder_of_two(start, trained, tmp_path):
    from chicagotaxi.app import create

    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("")
    _, errors = start(create, settings_of("chicagotaxi", trained, predictions_path=tmp_path))
    assert errors[0].endswith("has 2 CSV files: must have one, the batch predictions")


@pytest.mark.parametrize("backend, folder, message", [
    ("finbert", False, "is a file: NLP_BACKEND finbert needs the folder"),
    ("tfidf", True, "is a folder: must be a joblib file"),
    ("bert", False, 'invalid NLP_BACKEND "bert": must be one of tfidf, finbert'),
])
def test_nlpinsight_backend(start, trained, finbert, backend, folder, message):
    from nlpinsight.app import create

    changes = {"model_path": finbert} if folder else {}
    _, errors = start(create, settings_of("nlpinsight", trained, backend=backend, **changes))
    assert message in errors[0]
