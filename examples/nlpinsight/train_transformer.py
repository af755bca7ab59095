"""Makes the small transformer: the embeddings hold the weights of a linear model of words, the encoder's weights are
random and stay as they are, and the classifier is trained on what the encoder makes of sentences.
"""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from nlpinsight import safetensors
from nlpinsight.data import LABELS
from nlpinsight.tokenizer import Tokenizer, build_vocabulary, split_words
from nlpinsight.transformer import Config, Transformer, weight_shapes

# The size of BERT-Tiny: https://github.com/google-research/bert
_LAYERS, _HEADS, _HIDDEN, _INTERMEDIATE, _MAX_TOKENS, _VOCABULARY = 2, 2, 128, 512, 128, 2_000

# Sentences that the classifier is trained with.
_SENTENCES = 1_500

# How much the linear model's weights stand out from the random rest of an embedding.
_WORD_SCALE = 2


def train(sentences: Sequence[str], labels: Sequence[str], seed: int) -> dict:
    """Returns the files of a model's folder by name."""
    vocabulary = build_vocabulary(sentences, _VOCABULARY)
    config = Config(_LAYERS, _HEADS, _HIDDEN, _INTERMEDIATE, _MAX_TOKENS, len(vocabulary), LABELS)
    weights = random_weights(config, seed)
    weights["bert.embeddings.word_embeddings.weight"][:, :len(LABELS)] = word_weights(vocabulary, sentences, labels)
    model = Transformer(config, weights, Tokenizer(vocabulary))
    pooled = np.stack([model.pooled(sentence) for sentence in sentences[:_SENTENCES]]).astype(np.float64)
    classifier = LogisticRegression(C=10, max_iter=2_000).fit(pooled, labels[:_SENTENCES])
    weights["classifier.weight"] = classifier.coef_.astype(np.float32)
    weights["classifier.bias"] = classifier.intercept_.astype(np.float32)
    return {
        "config.json": config.to_json(),
        "model.safetensors": safetensors.dumps(weights),
        "special_tokens_map.json": {
            "cls_token": "[CLS]", "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]",
        },
        "tokenizer_config.json": {
            "do_lower_case": True, "model_max_length": _MAX_TOKENS, "tokenizer_class": "BertTokenizer",
        },
        "vocab.txt": "".join(token + "\n" for token in vocabulary).encode(),
    }


def word_weights(vocabulary: Sequence[str], sentences: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """Returns how much each token speaks for each label, as a linear model of words says."""
    counts = CountVectorizer(vocabulary=vocabulary, tokenizer=split_words, token_pattern=None, lowercase=False)
    linear = LogisticRegression(max_iter=1_000).fit(counts.transform(sentences), labels)
    return linear.coef_.T * _WORD_SCALE


def random_weights(config: Config, seed: int) -> dict:
    """Returns random weights of the sizes that keep the values of each layer near 1."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(config).items():
        if "LayerNorm.weight" in name:
            weights[name] = np.ones(shape, np.float32)
        elif name.endswith(".bias"):
            weights[name] = np.zeros(shape, np.float32)
        else:
            # The order of words and other properties of them matter less than their weights.
            scale = 0.1 if "embeddings" in name else 1 / np.sqrt(shape[-1])
            weights[name] = rng.normal(0, scale, shape).astype(np.float32)
    return weights


def write_archive(path: Path, files: dict) -> None:
    """Writes files, bytes or JSON values by name, as tar.gz. The same files give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, \
            gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as compressed, \
            tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            content = files[name]
            if not isinstance(content, bytes):
                content = (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
