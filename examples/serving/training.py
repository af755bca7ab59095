"""The command line of the training scripts, and the damaged models that tests release."""

import argparse
import csv
import dataclasses
import hashlib
import os
from pathlib import Path
from typing import Any, Iterable, Optional, Sequence
from unittest import mock

from serving.bundle import new_metadata, write_bundle
from serving.times import format_time

VARIANTS = {
    "default": "the model",
    "retrained": "a model of newer data, whose answers differ",
    "old": "the model, with 2020-01-01 as its time of training",
    "corrupt": "a file that is no model",
    "other-sklearn": "a model of another version of scikit-learn",
    "missing-column": "a model that was trained without a column",
}

# 2026-11-01T00:00:00Z. The time of training is part of the model's file, and so of its digest.
DEFAULT_EPOCH = 1793491200
_OLD_EPOCH = 1577836800

# The version that other-sklearn claims.
OTHER_SKLEARN = "1.1.3"

# The last column is the one that missing-column lacks.
_LACKING = -1


def parse_arguments(description: str, argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Returns the arguments: out, a Path, and variant."""
    parser = argparse.ArgumentParser(
        description=description,
        epilog="Environment: SOURCE_DATE_EPOCH, the Unix time that the model gives as its time of training "
               f"(default {DEFAULT_EPOCH}).",
    )
    parser.add_argument("--out", type=Path, required=True,
                        help="folder; files are written below it at the paths of their objects")
    parser.add_argument("--variant", choices=VARIANTS, default="default",
                        help="; ".join(f"{name}: {text}" for name, text in VARIANTS.items()))
    return parser.parse_args(argv)


def seed_of(variant: str) -> int:
    """Returns the seed of a variant's data. Damaged models differ from the default one in the damage only."""
    return 2 if variant == "retrained" else 1


def trained_at(variant: str) -> str:
    """Returns the time of training that a variant has, as RFC 3339."""
    if variant == "old":
        return format_time(_OLD_EPOCH)
    return format_time(int(os.environ.get("SOURCE_DATE_EPOCH") or DEFAULT_EPOCH))


def columns_of(variant: str, features: Sequence[str]) -> list:
    """Returns the indexes of the columns that a variant is trained with."""
    indexes = list(range(len(features)))
    return indexes[:_LACKING] if variant == "missing-column" else indexes


def save_model(path: Path, service: str, estimator: Any, features: Sequence[str], variant: str) -> None:
    """Writes the model's file of a variant. features are the columns that the estimator was trained with."""
    if variant == "corrupt":
        write_corrupt(path)
        return
    metadata = new_metadata(service, estimator, features, trained_at(variant))
    if variant == "other-sklearn":
        metadata = dataclasses.replace(metadata, sklearn=OTHER_SKLEARN)
        # Each estimator has the version in its pickle, too.
        with mock.patch("sklearn.base.__version__", OTHER_SKLEARN):
            write_bundle(path, estimator, metadata)
        return
    write_bundle(path, estimator, metadata)


def write_corrupt(path: Path, size: int = 2_000_000) -> None:
    """Writes bytes that are no model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = b"These bytes are not a model.\n"
    path.write_bytes((line * (size // len(line) + 1))[:size])


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Writes a CSV file with Unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def report(out: Path, *paths: Path) -> None:
    """Prints digest, size and path of each file, as a release needs them."""
    for path in paths:
        content = path.read_bytes()
        print(f"{hashlib.sha256(content).hexdigest()}  {len(content):>9}  {path.relative_to(out)}")
