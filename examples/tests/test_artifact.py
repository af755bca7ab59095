import hashlib

import pytest

from conftest import write_marker
from serving.artifact import listing_digest, read_artifact
from serving.errors import StartError

CONTENT = b"model"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def record(**changes):
    return {"dest": "model.joblib", "source": "gs://models/b/model.joblib", "bytes": 5, "sha256": DIGEST, "version": "17",
            "verified": "sha256", "extracted": False, **changes}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.joblib"
    path.write_bytes(CONTENT)
    return path


def test_read_artifact_verified(model):
    write_marker(model.parent, {"dest": "data/Churn.csv", "bytes": 7}, record())
    artifact = read_artifact(model)
    assert artifact.content == CONTENT
    assert (artifact.sha256, artifact.bytes, artifact.version, artifact.verified) == (DIGEST, 5, "17", "sha256")
    assert artifact.source == "gs://models/b/model.joblib"
    assert artifact.fetched_at == pytest.approx(1793588645.123456)


def test_read_artifact_marker_above(tmp_path):
    path = tmp_path / "predictions" / "predictions.csv"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    write_marker(tmp_path, record(dest="predictions/predictions.csv"))
    assert read_artifact(path).sha256 == DIGEST


def test_read_artifact_changed(model):
    write_marker(model.parent, record(sha256="0" * 64))
    with pytest.raises(StartError, match=f"has SHA-256 {DIGEST}, but the fetcher verified 0000"):
        read_artifact(model)


def test_read_artifact_digest_not_pinned(model):
    unpinned = record(verified="crc")
    del unpinned["sha256"]
    write_marker(model.parent, unpinned)
    artifact = read_artifact(model)
    assert (artifact.sha256, artifact.verified) == (DIGEST, "crc")


def test_read_artifact_digest_of_stored(model):
    """The pinned digest is that of the compressed object: it names the release, and differs from the file's."""
    write_marker(model.parent, record(sha256="1" * 64, digestOf="stored", encoding="gzip"))
    assert read_artifact(model).sha256 == "1" * 64


@pytest.mark.parametrize("records", [[], [record(dest="other.joblib")], [record(extracted=True)]],
                         ids=["empty", "other file", "archive"])
def test_read_artifact_not_listed(model, records):
    write_marker(model.parent, *records)
    with pytest.raises(StartError, match="is not listed in a marker .modelferry of the fetcher"):
        read_artifact(model)


def test_read_artifact_without_marker(model):
    with pytest.raises(StartError, match="only verified models are loaded; ALLOW_UNVERIFIED_MODEL=true"):
        read_artifact(model)
    artifact = read_artifact(model, allow_unverified=True)
    assert (artifact.sha256, artifact.bytes, artifact.verified, artifact.fetched_at) == (DIGEST, 5, "none", None)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"artifacts": 1}'])
def test_read_artifact_invalid_marker(model, text):
    (model.parent / ".modelferry").write_text(text)
    with pytest.raises(StartError, match="is not a marker of the fetcher"):
        read_artifact(model, allow_unverified=True)


def test_read_artifact_missing(tmp_path):
    with pytest.raises(StartError, match="does not exist"):
        read_artifact(tmp_path / "model.joblib")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "finbert"
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "sub/weights").write_bytes(b"ww")
    write_marker(tmp_path, record(dest="finbert/model.tar.gz", sha256="2" * 64, bytes=99, extracted=True, files=[
        {"path": "config.json", "bytes": 2}, {"path": "sub/weights", "bytes": 2}, {"path": "sub/link", "link": "weights"},
    ]))
    return folder


def test_read_artifact_folder(folder):
    artifact = read_artifact(folder)
    assert artifact.content is None
    assert (artifact.sha256, artifact.bytes) == ("2" * 64, 99)


@pytest.mark.parametrize("change", [
    lambda folder: (folder / "sub/weights").unlink(), lambda folder: (folder / "config.json").write_bytes(b"{} "),
], ids=["missing", "longer"])
def test_read_artifact_folder_changed(folder, change):
    change(folder)
    with pytest.raises(StartError, match="differs from what the fetcher extracted"):
        read_artifact(folder)


def test_listing_digest(folder):
    """As the stand-in of the local cloud computes it: local/cmd/modelserver."""
    lines = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n"
                    for name, content in (("config.json", b"{}"), ("sub/weights", b"ww")))
    assert listing_digest(folder) == hashlib.sha256(lines.encode()).hexdigest()
