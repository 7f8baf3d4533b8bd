"""The pictures and labels of one Parquet file, taken out by a process of its own: what makes the reader crash ends that process only.

The process has a limit on memory, processor time and output. It writes each picture, still encoded, as a file named by its row, and
answers with one JSON object on its standard output. Pictures may add up to 20 times the file (and 256 MB at least), counting 500 bytes more
a row.
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from thalweg.core.errors import DataError
from thalweg.core.visible import visible

_PROGRAM = "import sys; sys.path += sys.argv[3:]; from thalweg.images._columns import serve; serve(sys.argv[1], sys.argv[2])"
IMAGE_COLUMNS = ("image", "img")
LABEL_COLUMNS = ("label", "fine_label", "labels")
_GIGABYTE = 1 << 30
_FREE = 1 << 28
_ROW = 500


def take_out(path: Path, folder: Path) -> dict[str, Any]:
    """Write the pictures of a Parquet file into `folder` as 0, 1, 2, ... and return its `labels` and class `names` (or `None`)."""
    command = [sys.executable, "-c", _PROGRAM, str(path), str(folder), *sys.path]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=4 * _seconds(path), check=False)
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise DataError(f"{path}: reading this Parquet file takes too long; it is damaged. Fetch or write it again.") from error
    except ValueError as error:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise DataError(f"{path} made the Parquet reader fail ({ended}): the file is damaged. Fetch or write it again.") from error
    if "error" in answer:
        raise DataError(f"{path}: {visible(answer['error'])}")
    return answer


def serve(path: str, folder: str) -> None:
    """Take the columns out of `path` under limits; print the answer."""
    _limit(Path(path))
    try:
        answer = _extract(Path(path), Path(folder))
    except MemoryError:
        answer = {"error": "needs more memory than its size justifies. The file is damaged: fetch or write it again."}
    except Exception as error:  # whatever a reader of damaged files raises is the answer
        answer = {"error": f"not a readable Parquet file ({' '.join(str(error).split())[:200]}). Fetch or write it again."}
    sys.stdout.write(json.dumps(answer))


def _seconds(path: Path) -> int:
    return 30 + path.stat().st_size // 10_000_000


def _limit(path: Path) -> None:
    """Limit memory to 4 GiB and four times the file, processor time to 30 s and 0.1 s a megabyte, where the system can."""
    try:
        import resource
    except ImportError:
        return
    memory = 4 * _GIGABYTE + 4 * path.stat().st_size
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, _seconds(path)), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is in force already
            resource.setrlimit(kind, (value, value))


def _extract(path: Path, folder: Path) -> dict[str, Any]:
    import pyarrow
    import pyarrow.parquet

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    file = pyarrow.parquet.ParquetFile(path, memory_map=False, pre_buffer=False)
    schema = file.schema_arrow
    image = next((name for name in IMAGE_COLUMNS if name in schema.names), None)
    label = next((name for name in LABEL_COLUMNS if name in schema.names), None)
    if image is None or label is None:
        columns = ", ".join(schema.names[:10])
        return {"error": f"columns {columns}; expected `image` (bytes, or a struct with `bytes`) and `label`."}
    kind = schema.field(image).type
    inner = kind.field("bytes").type if pyarrow.types.is_struct(kind) and kind.get_field_index("bytes") >= 0 else kind
    if not (pyarrow.types.is_binary(inner) or pyarrow.types.is_large_binary(inner)):
        return {"error": f"column {image!r} is {str(kind)[:80]}; expected bytes, or a struct with `bytes`: pictures as JPEG or PNG."}
    labels: list[Any] = []
    left = max(_FREE, 20 * path.stat().st_size)
    for batch in file.iter_batches(batch_size=256, columns=[image, label], use_threads=False):
        for picture in batch.column(image).to_pylist():
            data = (picture["bytes"] if isinstance(picture, dict) else picture) or b""
            left -= len(data) + _ROW
            if left < 0:
                return {"error": "holds more bytes of pictures than its size justifies; it is taken for a bomb."}
            (folder / str(len(labels))).write_bytes(data)
            labels.append(None)
        rows = batch.column(label).to_pylist()
        labels[len(labels) - len(rows) :] = [row if row is None or isinstance(row, int | float | str) else str(row) for row in rows]
    return {"labels": labels, "names": _class_names(schema.metadata or {}, label)}


def _class_names(metadata: dict[bytes, bytes], label: str) -> list[str] | None:
    """Return the class names that Hugging Face's `datasets` keeps in the schema, if they are there and text."""
    try:
        names = json.loads(metadata[b"huggingface"])["info"]["features"][label]["names"]
    except (KeyError, ValueError, TypeError):
        return None
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
