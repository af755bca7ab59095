from pathlib import Path

import pytest

from serving.errors import StartError
from serving.settings import Settings


def test_from_env_catalogue():
    settings = Settings.from_env({
        "MODEL_PATH": "/models/model.joblib", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "text", "SERVICE_NAME": "churn",
        "API_ROOT_PATH": "/bankchurn/", "PREDICTIONS_PATH": "/models/predictions", "NLP_BACKEND": "tfidf",
        "ARTIFACTS_DIR": "/models",
    }, "bankchurn")
    assert settings == Settings(Path("/models/model.joblib"), "churn", "/bankchurn", "DEBUG", "text",
                                Path("/models/predictions"), "tfidf", False)


def test_from_env_defaults():
    assert Settings.from_env({"MODEL_PATH": "/m"}, "bankchurn") == Settings(Path("/m"), "bankchurn")


@pytest.mark.parametrize("env, message", [
    ({}, "MODEL_PATH is not set: must be the model's file or folder"),
    ({"MODEL_PATH": "/m", "LOG_LEVEL": "info"}, 'invalid LOG_LEVEL "info": must be one of CRITICAL, ERROR, WARNING, INFO, DEBUG'),
    ({"MODEL_PATH": "/m", "LOG_FORMAT": "xml"}, 'invalid LOG_FORMAT "xml": must be one of json, text'),
    ({"MODEL_PATH": "/m", "API_ROOT_PATH": "churn"}, 'invalid API_ROOT_PATH "churn": must begin with /'),
    ({"MODEL_PATH": "/m", "ALLOW_UNVERIFIED_MODEL": "1"}, 'invalid ALLOW_UNVERIFIED_MODEL "1": must be one of true, false'),
])
def test_from_env_invalid(env, message):
    with pytest.raises(StartError) as error:
        Settings.from_env(env, "bankchurn")
    assert str(error.value) == message
