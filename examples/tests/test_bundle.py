import dataclasses
import io

import joblib
import pytest
import sklearn
from sklearn.linear_model import LinearRegression

from serving.bundle import new_metadata, read_bundle, write_bundle
from serving.errors import StartError

COLUMNS = ("age", "balance")


def bundle(tmp_path, **changes):
    metadata = new_metadata("bankchurn", LinearRegression(), COLUMNS, "2026-11-01T00:00:00Z")
    path = tmp_path / "model.joblib"
    write_bundle(path, LinearRegression(), dataclasses.replace(metadata, **changes))
    return path.read_bytes()


def test_read_bundle(tmp_path):
    estimator, metadata = read_bundle(bundle(tmp_path), "bankchurn", COLUMNS)
    assert isinstance(estimator, LinearRegression)
    assert (metadata.model_type, metadata.sklearn) == ("LinearRegression", sklearn.__version__)


@pytest.mark.parametrize("changes, message", [
    ({"sklearn": "1.1.3"}, f"trained with scikit-learn 1.1.3, the server has {sklearn.__version__}: train it again"),
    ({"features": ("age",)}, "trained without the column balance, which requests have"),
    ({"features": (*COLUMNS, "income")}, "trained with the column income, which requests lack"),
    ({"features": COLUMNS[::-1]}, "columns in another order: must be age, balance"),
    ({"service": "chicagotaxi"}, "model is of the service chicagotaxi: must be of bankchurn"),
])
def test_read_bundle_does_not_fit(tmp_path, changes, message):
    with pytest.raises(StartError, match=message):
        read_bundle(bundle(tmp_path, **changes), "bankchurn", COLUMNS)


def dumped(value) -> bytes:
    file = io.BytesIO()
    joblib.dump(value, file)
    return file.getvalue()


@pytest.mark.parametrize("content, message", [
    (b"", "must be a joblib file"),
    (b"These bytes are not a model.\n", "must be a joblib file"),
    (dumped({"estimator": 1})[:-5], "must be a joblib file"),
    (dumped(LinearRegression()), "model has no metadata"),
    (dumped({"estimator": 1, "metadata": {"service": "bankchurn"}}), "model has no metadata"),
])
def test_read_bundle_damaged(content, message):
    with pytest.raises(StartError, match=message) as error:
        read_bundle(content, "bankchurn", COLUMNS)
    assert "\n" not in str(error.value)
