import hashlib
import importlib

import pytest
from sklearn.ensemble import RandomForestClassifier

from conftest import SERVICES, run_training, settings_of

FILES = {
    "bankchurn": {"bankchurn/model.joblib": (4.1e6, 0.1), "bankchurn/v1/Churn.csv": (7e5, 0.1)},
    "nlpinsight": {"nlpinsight/model.joblib": (5e6, 0.1), "nlpinsight/model.tar.gz": (2.5e6, 0.1),
                   "nlpinsight/v1/financial_phrasebank.csv": (5e5, 0.1)},
    "chicagotaxi": {"chicagotaxi/model.joblib": (2e6, 0.1), "chicagotaxi/predictions.csv": (2e5, 0.1)},
}


def digests(folder) -> dict:
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


def test_train_files(trained):
    """The paths and the sizes are those of the catalogue's artifacts."""
    expected = {name: size for files in FILES.values() for name, size in files.items()}
    assert set(digests(trained)) == set(expected)
    for name, (size, tolerance) in expected.items():
        assert (trained / name).stat().st_size == pytest.approx(size, rel=tolerance), name


@pytest.mark.parametrize("service", SERVICES)
def test_train_reproducible(trained, tmp_path, service):
    run_training(service, tmp_path, PYTHONHASHSEED="7", OPENBLAS_NUM_THREADS="2", OPENBLAS_CORETYPE="Nehalem")
    actual = digests(tmp_path)
    expected = digests(trained)
    assert actual == {name: expected[name] for name in FILES[service]}


@pytest.fixture
def small_stack(monkeypatch):
    """Trains a small forest in place of the stack: variants do not depend on the estimator."""
    train = importlib.import_module("bankchurn.train")
    monkeypatch.setattr(train, "new_estimator", lambda: RandomForestClassifier(3, max_depth=4, random_state=1))
    return train.main


def variant_of(main, out, name):
    main(["--out", str(out / name), "--variant", name])
    return settings_of("bankchurn", out / name)


@pytest.mark.parametrize("variant, message", [
    ("corrupt", "bankchurn: model cannot be loaded: must be a joblib file"),
    ("other-sklearn", "bankchurn: model was trained with scikit-learn 1.1.3, the server has 1.2.1: train it again"),
    ("missing-column", "bankchurn: model was trained without the column estimated_salary, which requests have"),
])
def test_variant_refused(start, small_stack, tmp_path, variant, message):
    from bankchurn.app import create

    _, errors = start(create, variant_of(small_stack, tmp_path, variant))
    assert errors[0].startswith(message)
    assert "\n" not in errors[0]


def test_variant_retrained(start, small_stack, tmp_path):
    from bankchurn.app import create

    body = {"credit_score": 619, "country": "Germany", "gender": "Female", "age": 58, "tenure": 2, "balance": 83807.86,
            "products": 1, "has_card": True, "is_active": False, "estimated_salary": 112542.58}
    answers = []
    for variant in ("default", "retrained"):
        client, errors = start(create, variant_of(small_stack, tmp_path, variant))
        assert errors == []
        answers.append(client.post("/predict", json=body).json())
    assert answers[0]["model"] != answers[1]["model"]
    assert abs(answers[0]["churn_probability"] - answers[1]["churn_probability"]) > 0.01


def test_source_date_epoch(start, small_stack, tmp_path, monkeypatch):
    from bankchurn.app import create

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    client, _ = start(create, variant_of(small_stack, tmp_path, "default"))
    assert client.get("/model").json()["trainedAt"] == "2020-09-13T12:26:40Z"


def test_variant_old(start, small_stack, tmp_path):
    from bankchurn.app import create

    client, _ = start(create, variant_of(small_stack, tmp_path, "old"))
    assert client.get("/model").json()["trainedAt"] == "2020-01-01T00:00:00Z"


def test_unknown_variant(small_stack, tmp_path, capsys):
    with pytest.raises(SystemExit):
        small_stack(["--out", str(tmp_path), "--variant", "better"])
    assert "invalid choice: 'better' (choose from 'default', 'retrained'" in capsys.readouterr().err
