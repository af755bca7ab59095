"""WordPiece, the tokenizer of BERT, with the vocabulary of a model's folder.

https://huggingface.co/docs/transformers/tokenizer_summary#wordpiece
"""

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Iterable, Sequence

from serving.errors import StartError

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

# Longer words become [UNK], as in the reference implementation.
_MAX_WORD = 100


class Tokenizer:
    """Turns text into the numbers of its word pieces."""

    def __init__(self, vocabulary: Sequence[str]):
        """vocabulary is in the order of the numbers. Raises StartError if a special token is missing."""
        self._ids = {token: number for number, token in enumerate(vocabulary)}
        missing = [token for token in SPECIAL if token not in self._ids]
        if missing:
            raise StartError(f"vocab.txt lacks the token {', '.join(missing)}: must be the vocabulary of a BERT model")

    @classmethod
    def from_folder(cls, folder: Path) -> "Tokenizer":
        """Reads vocab.txt."""
        return cls((folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1])

    def __len__(self) -> int:
        return len(self._ids)

    def encode(self, text: str, limit: int) -> list:
        """Returns the numbers of a text between [CLS] and [SEP], at most limit of them."""
        pieces = [self._ids[piece] for word in split_words(text) for piece in self._pieces(word)]
        return [self._ids["[CLS]"], *pieces[:limit - 2], self._ids["[SEP]"]]

    def _pieces(self, word: str) -> list:
        """Returns the longest pieces of a word from the left, or [UNK]."""
        if len(word) > _MAX_WORD:
            return ["[UNK]"]
        pieces, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in self._ids:
                    break
            else:
                return ["[UNK]"]
            pieces.append(piece)
            start = end
        return pieces


def split_words(text: str) -> list:
    """Returns the words and punctuation marks of a text, in lower case and without accents."""
    text = unicodedata.normalize("NFD", text.lower())
    text = "".join(char for char in text if unicodedata.category(char) != "Mn")
    return re.findall(r"\w+|[^\w\s]", text.replace("_", " _ "))


def build_vocabulary(texts: Iterable[str], size: int) -> list:
    """Returns the special tokens, single characters, and the most frequent words, size tokens at most."""
    counts = Counter(word for text in texts for word in split_words(text))
    chars = sorted({char for word in counts for char in word})
    words = sorted((word for word in counts if len(word) > 1), key=lambda word: (-counts[word], word))
    return [*SPECIAL, *chars, *("##" + char for char in chars), *words][:size]
