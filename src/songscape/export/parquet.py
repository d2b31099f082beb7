"""Every song with all that is known of it, as one Parquet file; paths stay bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from songscape.core.record import parquet_bytes

if TYPE_CHECKING:
    from songscape.core.record import Record


@dataclass(frozen=True)
class Options:
    """There is nothing to choose."""


def export(record: Record, options: Options) -> dict[str, bytes]:
    """Return ``tracks.parquet``, every song with the name of its cluster beside the number."""
    del options
    names = record.clusters.select("cluster", "name").cast(
        {"cluster": record.tracks["cluster"].dtype}
    )
    table = record.tracks.join(
        names.rename({"name": "cluster_name"}), on="cluster", how="left", maintain_order="left"
    )
    return {"tracks.parquet": parquet_bytes(table)}
