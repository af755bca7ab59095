"""The model on disk, checked against the marker that the fetcher writes last.

joblib runs code as it loads a file. So a file is read once, its digest is compared, and the same bytes are loaded.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from serving.errors import StartError
from serving.times import parse_time

# The fetcher's marker, fetcher/internal/publish/marker.go. It is in the model folder.
MARKER_NAME = ".modelferry"


@dataclass(frozen=True)
class Artifact:
    """A model whose bytes may be loaded."""

    path: Path
    # Digest of the object in the bucket, in hex: for an archive, before extraction.
    sha256: str
    # Size of the object.
    bytes: int
    # The object's URL and version: generation or version ID. Empty without a marker.
    source: str
    version: str
    # The strongest check that the fetcher made: sha256, crc or size; none without a marker.
    verified: str
    # The file's content; None for a folder.
    content: Optional[bytes]
    # When the fetcher published the artifacts, in Unix time; None without a marker.
    fetched_at: Optional[float]


def read_artifact(path: Path, allow_unverified: bool = False) -> Artifact:
    """Reads the model at path and compares it with the marker.

    Raises StartError if it is missing, if its digest or its files differ from the marker, or, unless allow_unverified
    is set, if no marker lists it.
    """
    if not path.exists():
        raise StartError(f"model {path} does not exist: must be the file or folder that the fetcher publishes")
    folder, marker = _find_marker(path)
    record = _find_record(marker, path.relative_to(folder).as_posix()) if marker else None
    if record is None and not allow_unverified:
        raise StartError(
            f"model {path} is not listed in a marker {MARKER_NAME} of the fetcher: only verified models are loaded; "
            "ALLOW_UNVERIFIED_MODEL=true loads a model that you trust"
        )
    content = None if path.is_dir() else path.read_bytes()
    actual = hashlib.sha256(content).hexdigest() if content is not None else listing_digest(path)
    if record is None:
        size = len(content) if content is not None else folder_bytes(path)
        return Artifact(path, actual, size, "", "", "none", content, None)
    if content is None:
        _check_files(folder, record)
    else:
        _check_digest(path, record, actual)
    # Without a pinned digest, the fetcher records one only if the store has no checksum.
    sha256 = record.get("sha256") or actual
    return Artifact(path, sha256, record.get("bytes", 0), record.get("source", ""), record.get("version", ""),
                    record.get("verified", "none"), content, parse_time(str(marker.get("fetchedAt"))))


def listing_digest(folder: Path) -> str:
    """Returns the SHA-256 of a folder's listing: a line "DIGEST  PATH" for each file, as sha256sum prints it."""
    listing = hashlib.sha256()
    for file in _files(folder):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        listing.update(f"{digest}  {file.relative_to(folder).as_posix()}\n".encode())
    return listing.hexdigest()


def folder_bytes(folder: Path) -> int:
    """Returns the size of all files below a folder."""
    return sum(file.stat().st_size for file in _files(folder))


def _files(folder: Path) -> list:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != MARKER_NAME)
    return sorted(files, key=lambda file: file.as_posix())


def _find_marker(path: Path) -> tuple:
    """Returns the nearest folder at or above path with a marker, and the marker; (parent, None) if there is none."""
    for folder in (path, *path.parents):
        file = folder / MARKER_NAME
        if not file.is_file():
            continue
        try:
            marker = json.loads(file.read_text())
            if isinstance(marker["artifacts"], list):
                return folder, marker
        except (ValueError, KeyError, TypeError):
            pass
        raise StartError(f"{file} is not a marker of the fetcher: remove it, and start the pod again")
    return path.parent, None


def _find_record(marker: dict, dest: str) -> Optional[dict]:
    for record in marker["artifacts"]:
        name = record.get("dest", "")
        if name == dest and not record.get("extracted"):
            return record
        if record.get("extracted") and Path(name).parent.as_posix() == dest:
            return record
    return None


def _check_digest(path: Path, record: dict, actual: str) -> None:
    # The digest of an object with a Content-Encoding may be that of the stored bytes: then the marker has the file's
    # size and CRC32C only, which the fetcher has compared.
    expected = record.get("sha256")
    if expected and record.get("digestOf") != "stored" and expected != actual:
        raise StartError(f"model {path} has SHA-256 {actual}, but the fetcher verified {expected}: start the pod again")


def _check_files(folder: Path, record: dict) -> None:
    """Compares the sizes only: the volume is read-only for the server, and the fetcher verified the archive."""
    base = folder / Path(record["dest"]).parent
    for file in record.get("files", []):
        if "link" in file:
            continue
        path = base / file["path"]
        size = path.stat().st_size if path.is_file() else -1
        if size != file.get("bytes", 0):
            raise StartError(f"{path} differs from what the fetcher extracted: start the pod again")
