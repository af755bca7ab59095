"""The file format safetensors: a header in JSON, then the bytes of the arrays. Unlike a pickle it contains no code.

https://huggingface.co/docs/safetensors/index#format
"""

import json
import math
import struct
from pathlib import Path
from typing import Mapping

import numpy as np

from serving.errors import StartError

# Headers are smaller; a larger length is that of another format.
_MAX_HEADER = 100_000_000


def dumps(tensors: Mapping[str, np.ndarray]) -> bytes:
    """Returns arrays of float32 as the content of a file."""
    header, parts, offset = {}, [], 0
    for name in sorted(tensors):
        data = np.ascontiguousarray(tensors[name], dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the arrays are aligned
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def load(path: Path) -> dict:
    """Returns the arrays of a file by name. Raises StartError for another format or another type than float32."""
    content = path.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", content)
        if length > min(_MAX_HEADER, len(content)):
            raise ValueError(f"a header of {length} bytes in a file of {len(content)}")
        header = json.loads(content[8:8 + length])
        return {
            name: _tensor(name, entry, content, 8 + length) for name, entry in header.items() if name != "__metadata__"
        }
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StartError(f"{path} cannot be read: must be a safetensors file with float32 arrays ({error})") from error


def _tensor(name: str, entry: dict, content: bytes, base: int) -> np.ndarray:
    if entry["dtype"] != "F32":
        raise ValueError(f"{name} is {entry['dtype']}")
    begin, end = entry["data_offsets"]
    if not 0 <= begin <= end <= len(content) - base or end - begin != 4 * math.prod(entry["shape"]):
        raise ValueError(f"the bytes of {name} are not in the file")
    array = np.frombuffer(content, dtype="<f4", count=(end - begin) // 4, offset=base + begin)
    return array.reshape(entry["shape"])
