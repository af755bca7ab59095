"""The encoder and the classifier of BERT in NumPy, with the names of the weights in Hugging Face's files.

https://arxiv.org/abs/1810.04805, and BertForSequenceClassification of the library transformers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

import numpy as np
from scipy.special import erf

from nlpinsight import safetensors
from nlpinsight.tokenizer import Tokenizer
from serving.errors import StartError

ARCHITECTURE = "BertForSequenceClassification"


@dataclass(frozen=True)
class Config:
    """The settings in config.json that the forward pass needs."""

    layers: int
    heads: int
    hidden: int
    intermediate: int
    max_tokens: int
    vocabulary: int
    labels: tuple
    epsilon: float = 1e-12

    @classmethod
    def from_json(cls, values: Mapping) -> "Config":
        """Raises StartError if the settings are of another model than a BERT classifier."""
        if ARCHITECTURE not in values.get("architectures", ()):
            raise StartError(f"config.json has the architectures {values.get('architectures')}: must be {ARCHITECTURE}")
        try:
            labels = tuple(values["id2label"][str(i)] for i in range(len(values["id2label"])))
            return cls(
                values["num_hidden_layers"], values["num_attention_heads"], values["hidden_size"],
                values["intermediate_size"], values["max_position_embeddings"], values["vocab_size"], labels,
                values.get("layer_norm_eps", 1e-12),
            )
        except (KeyError, TypeError) as error:
            raise StartError(f"config.json lacks {error}: must be that of a {ARCHITECTURE}") from error

    def to_json(self) -> dict:
        return {
            "architectures": [ARCHITECTURE], "model_type": "bert", "hidden_act": "gelu",
            "num_hidden_layers": self.layers, "num_attention_heads": self.heads, "hidden_size": self.hidden,
            "intermediate_size": self.intermediate, "max_position_embeddings": self.max_tokens, "type_vocab_size": 2,
            "vocab_size": self.vocabulary, "layer_norm_eps": self.epsilon, "pad_token_id": 0,
            "id2label": {str(i): label for i, label in enumerate(self.labels)},
            "label2id": {label: i for i, label in enumerate(self.labels)},
        }


def weight_shapes(config: Config) -> dict:
    """Returns the shapes of all weights by name."""
    h, wide = config.hidden, config.intermediate
    shapes = {
        "bert.embeddings.word_embeddings.weight": (config.vocabulary, h),
        "bert.embeddings.position_embeddings.weight": (config.max_tokens, h),
        "bert.embeddings.token_type_embeddings.weight": (2, h),
    }

    def dense(name: str, outputs: int, inputs: int) -> None:
        shapes[name + ".weight"], shapes[name + ".bias"] = (outputs, inputs), (outputs,)

    def norm(name: str) -> None:
        shapes[name + ".LayerNorm.weight"] = shapes[name + ".LayerNorm.bias"] = (h,)

    norm("bert.embeddings")
    for i in range(config.layers):
        layer = f"bert.encoder.layer.{i}"
        for part in ("query", "key", "value"):
            dense(f"{layer}.attention.self.{part}", h, h)
        dense(f"{layer}.attention.output.dense", h, h)
        norm(f"{layer}.attention.output")
        dense(f"{layer}.intermediate.dense", wide, h)
        dense(f"{layer}.output.dense", h, wide)
        norm(f"{layer}.output")
    dense("bert.pooler.dense", h, h)
    dense("classifier", len(config.labels), h)
    return shapes


class Transformer:
    """A BERT classifier that is read from a folder."""

    def __init__(self, config: Config, weights: Mapping[str, np.ndarray], tokenizer: Tokenizer):
        """Raises StartError if a weight is missing or has another shape."""
        for name, shape in weight_shapes(config).items():
            actual = weights[name].shape if name in weights else None
            if actual != shape:
                raise StartError(f"weight {name} has the shape {actual}: must be {shape}, as config.json says")
        if len(tokenizer) > config.vocabulary:
            raise StartError(f"vocab.txt has {len(tokenizer)} tokens: must be {config.vocabulary}, as config.json says")
        self.config, self._weights, self._tokenizer = config, weights, tokenizer

    @classmethod
    def from_folder(cls, folder: Path) -> "Transformer":
        """Reads config.json, vocab.txt and model.safetensors. Raises StartError."""
        try:
            config = Config.from_json(json.loads((folder / "config.json").read_text(encoding="utf-8")))
            return cls(config, safetensors.load(folder / "model.safetensors"), Tokenizer.from_folder(folder))
        except (OSError, ValueError) as error:
            raise StartError(f"model folder {folder} cannot be read: {error}") from error

    def scores(self, sentence: str) -> dict:
        """Returns the probability of each label."""
        logits = self._dense("classifier", self.pooled(sentence))
        return dict(zip(self.config.labels, _softmax(logits).tolist()))

    def pooled(self, sentence: str) -> np.ndarray:
        """Returns the vector of a sentence that the classifier sees."""
        return np.tanh(self._dense("bert.pooler.dense", self._encode(sentence)[0]))

    def _encode(self, sentence: str) -> np.ndarray:
        """Returns the vectors of the tokens. There is no padding: sentences are not in batches."""
        tokens = self._tokenizer.encode(sentence, self.config.max_tokens)
        weights = self._weights
        x = (
            weights["bert.embeddings.word_embeddings.weight"][tokens]
            + weights["bert.embeddings.position_embeddings.weight"][:len(tokens)]
            + weights["bert.embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm("bert.embeddings", x)
        for i in range(self.config.layers):
            layer = f"bert.encoder.layer.{i}"
            attended = self._dense(f"{layer}.attention.output.dense", self._attention(layer, x))
            x = self._norm(f"{layer}.attention.output", x + attended)
            wide = _gelu(self._dense(f"{layer}.intermediate.dense", x))
            x = self._norm(f"{layer}.output", x + self._dense(f"{layer}.output.dense", wide))
        return x

    def _attention(self, layer: str, x: np.ndarray) -> np.ndarray:
        query, key, value = (self._heads(f"{layer}.attention.self.{name}", x) for name in ("query", "key", "value"))
        scale = np.float32(1 / np.sqrt(query.shape[-1]))
        weights = _softmax(query @ key.transpose(0, 2, 1) * scale)
        return (weights @ value).transpose(1, 0, 2).reshape(x.shape)

    def _heads(self, name: str, x: np.ndarray) -> np.ndarray:
        """Returns a projection of the tokens with the shape (heads, tokens, size of a head)."""
        return self._dense(name, x).reshape(len(x), self.config.heads, -1).transpose(1, 0, 2)

    def _dense(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(self.config.epsilon))
        return centred / deviation * self._weights[name + ".LayerNorm.weight"] + self._weights[name + ".LayerNorm.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + erf(x / np.float32(np.sqrt(2)))) / 2


def _softmax(x: np.ndarray) -> np.ndarray:
    exponents = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)
