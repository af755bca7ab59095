import json
import shutil

import numpy as np
import pytest

from nlpinsight import safetensors
from nlpinsight.data import generate
from nlpinsight.tokenizer import SPECIAL, Tokenizer, build_vocabulary, split_words
from nlpinsight.train_transformer import random_weights
from nlpinsight.transformer import Config, Transformer
from serving.errors import StartError

TINY = Config(layers=1, heads=2, hidden=8, intermediate=12, max_tokens=6, vocabulary=9, labels=("no", "yes"))
WORDS = (*SPECIAL, "profit", "rose", "##s", "fell")


def tiny(**changes) -> Transformer:
    return Transformer(TINY, {**random_weights(TINY, 1), **changes}, Tokenizer(WORDS))


def reference(weights: dict, tokens: list) -> np.ndarray:
    """The forward pass of BERT with one layer, written token by token and head by head in float64."""
    w = {name: array.astype(np.float64) for name, array in weights.items()}

    def dense(name, vector):
        return w[name + ".weight"] @ vector + w[name + ".bias"]

    def norm(name, vector):
        scaled = (vector - vector.mean()) / np.sqrt(vector.var() + 1e-12)
        return scaled * w[name + ".LayerNorm.weight"] + w[name + ".LayerNorm.bias"]

    def gelu(x):
        from math import erf, sqrt

        return np.array([value * (1 + erf(value / sqrt(2))) / 2 for value in x])

    e, layer = "bert.embeddings", "bert.encoder.layer.0"
    xs = [norm(e, w[e + ".word_embeddings.weight"][t] + w[e + ".position_embeddings.weight"][i]
               + w[e + ".token_type_embeddings.weight"][0]) for i, t in enumerate(tokens)]
    q, k, v = ([dense(f"{layer}.attention.self.{name}", x) for x in xs] for name in ("query", "key", "value"))
    first = []
    for head in (slice(0, 4), slice(4, 8)):  # only the first token reaches the classifier
        exponents = [np.exp(q[0][head] @ key[head] / 2) for key in k]
        first.append(sum(x * value[head] for x, value in zip(exponents, v)) / sum(exponents))
    x = norm(f"{layer}.attention.output", xs[0] + dense(f"{layer}.attention.output.dense", np.concatenate(first)))
    x = norm(f"{layer}.output", x + dense(f"{layer}.output.dense", gelu(dense(f"{layer}.intermediate.dense", x))))
    logits = dense("classifier", np.tanh(dense("bert.pooler.dense", x)))
    return np.exp(logits) / np.exp(logits).sum()


def test_scores_reference():
    rng = np.random.default_rng(3)
    # Biases and normalization that do something.
    weights = {name: (array + rng.normal(0, 0.3, array.shape)).astype(np.float32)
               for name, array in random_weights(TINY, 1).items()}
    scores = tiny(**weights).scores("Profits rose")
    assert list(scores) == ["no", "yes"]
    assert list(scores.values()) == pytest.approx(reference(weights, [2, 5, 7, 6, 3]).tolist(), rel=1e-4)


def test_scores_long_text():
    assert sum(tiny().scores("profit " * 1000).values()) == pytest.approx(1, rel=1e-5)


def test_scores_accuracy(finbert):
    """Both years' sentences without cost cuts, which change their meaning: nine of ten are right."""
    model = Transformer.from_folder(finbert)
    rows = [row for row in generate(77)[:300] if "cuts costs" not in row[0]]
    right = sum(max(scores, key=scores.get) == label for text, label in rows for scores in [model.scores(text)])
    assert right / len(rows) > 0.9


@pytest.mark.parametrize("text, words", [
    ("Net sales, EUR 1.5m", ["net", "sales", ",", "eur", "1", ".", "5m"]),
    ("Café_Ökonom", ["cafe", "_", "okonom"]),
    (" \t\n", []),
])
def test_split_words(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize("text, tokens", [
    ("profits rose", [2, 5, 7, 6, 3]),
    ("profit", [2, 5, 3]),
    ("losses", [2, 1, 3]),
    ("p" * 101, [2, 1, 3]),
    ("", [2, 3]),
    ("rose rose rose rose rose", [2, 6, 6, 6, 6, 3]),
])
def test_tokenizer_encode(text, tokens):
    assert Tokenizer(WORDS).encode(text, limit=6) == tokens


def test_build_vocabulary():
    assert build_vocabulary(["aa b aa", "cc"], 100) == [*SPECIAL, "a", "b", "c", "##a", "##b", "##c", "aa", "cc"]
    assert len(build_vocabulary(["aa b aa"], 6)) == 6


def test_safetensors_round_trip(tmp_path):
    arrays = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([1.5], np.float32)}
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors.dumps(arrays))
    loaded = safetensors.load(path)
    assert {name: array.tolist() for name, array in loaded.items()} == {name: array.tolist() for name, array in arrays.items()}


def header(**entry) -> bytes:
    text = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **entry}}).encode()
    return len(text).to_bytes(8, "little") + text + bytes(4)


@pytest.mark.parametrize("content", [
    b"", b"\x80\x04K\x01.", b"PK\x03\x04" + bytes(100), header(dtype="F16"), header(shape=[2]),
    header(data_offsets=[0, 8], shape=[2]), header(data_offsets=[-4, 0]), header(shape="x"), header()[:-1],
], ids=["empty", "pickle", "zip", "float16", "shape", "beyond the end", "before the start", "type", "truncated"])
def test_safetensors_damaged(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(StartError, match="must be a safetensors file with float32 arrays"):
        safetensors.load(path)


def remove_config_key(folder):
    config = json.loads((folder / "config.json").read_text())
    del config["hidden_size"]
    (folder / "config.json").write_text(json.dumps(config))


def change_architecture(folder):
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = ["RobertaForSequenceClassification"]
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("change, message", [
    (lambda folder: (folder / "config.json").write_text("{"), "cannot be read"),
    (lambda folder: (folder / "vocab.txt").unlink(), "cannot be read.*vocab.txt"),
    (lambda folder: (folder / "model.safetensors").write_bytes(safetensors.dumps({})), "has the shape None: must be"),
    (lambda folder: (folder / "vocab.txt").write_text("[PAD]\n"), r"lacks the token \[UNK\], \[CLS\], \[SEP\], \[MASK\]"),
    (remove_config_key, "config.json lacks 'hidden_size'"),
    (change_architecture, "must be BertForSequenceClassification"),
])
def test_from_folder_damaged(finbert, tmp_path, change, message):
    folder = tmp_path / "finbert"
    shutil.copytree(finbert, folder)
    change(folder)
    with pytest.raises(StartError, match=message):
        Transformer.from_folder(folder)
