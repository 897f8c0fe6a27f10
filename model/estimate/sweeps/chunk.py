"""One chunk of a sweep: counts and sums by point, design and figure, as a Parquet file's bytes.

Nothing in it hangs on when, where or how fast it was made.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.estimate.sweeps.plan import ChunkTask, PlanPoint
from lastchunk.model.properties import asked
from lastchunk.model.properties.row import UNSETTLED_CODE, VIOLATED_CODE

MEANS = (
    "delay_ms",
    "alarm_writes",
    "requests",
    "rows_read",
    "rows_written",
    "retries",
    "media_lost_ms",
)
"""What a mean is kept of beside the rates: whole numbers, so that sums of them are exact."""
COLUMNS_OF_CHUNK = {
    "point": "int64",
    "first": "int64",
    "design": "str",
    "figure": "str",
    "sessions": "int64",
    "violations": "int64",
    "unsettled": "int64",
    "total": "float64",
    "squares": "float64",
}
"""Of a rate ``violations`` and ``unsettled`` count, of a mean ``total`` and ``squares`` sum."""
META = b"lastchunk"


def run_chunk(task: ChunkTask) -> bytes:
    """Run the sessions of a chunk. Returns the bytes of its file."""
    rows = [row for point in task.points for row in _rows(task, point)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS_OF_CHUNK))
    return parquet_bytes(frame, {"digest": task.digest, "chunk": task.number})


def _rows(task: ChunkTask, point: PlanPoint) -> list[tuple[Any, ...]]:
    scenario, specs = point.load(task.designs)
    given = (point.sessions, task.seed, 1, None, point.first)
    frame = replicate(scenario, specs, *given, engine="auto", of_all=point.of_all)
    found = []
    for spec in specs:
        rows = frame[frame["design"] == spec.name]
        head = (point.number, point.first, spec.name)
        for slug in asked(spec.cls, scenario):
            codes = rows[slug]
            violations = int((codes == VIOLATED_CODE).sum())
            unsettled = int((codes == UNSETTLED_CODE).sum())
            counts = (int((codes >= 0).sum()), violations, unsettled)
            found.append((*head, slug, *counts, 0.0, 0.0))
        for name in MEANS:
            values = rows[name][rows[name] >= 0].astype(float)
            sums = (float(values.sum()), float((values * values).sum()))
            found.append((*head, name, len(values), 0, 0, *sums))
    return found


def parquet_bytes(frame: pd.DataFrame, about: dict[str, Any]) -> bytes:
    """A frame as a file that says what it is, with a checksum of each page."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({META: json.dumps(about, sort_keys=True).encode()})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", write_page_checksum=True)
    return out.getvalue()


def read_chunk(data: bytes, digest: str, number: int) -> pd.DataFrame:
    """A chunk from its bytes. Raises `InputError` where it is another one, or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data), page_checksum_verification=True)
        about = json.loads((file.schema_arrow.metadata or {}).get(META, b"{}"))
        frame: pd.DataFrame = file.read().to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"chunk {number}", None, "a whole file; this one is damaged") from error
    if about != {"digest": digest, "chunk": number} or list(frame) != list(COLUMNS_OF_CHUNK):
        raise InputError(f"chunk {number}", None, "a chunk of this very plan")
    return frame
