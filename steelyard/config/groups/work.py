"""Settings of how runs, rows, tables and objects are kept, and how much is taken on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RunSettings:
    heartbeat_grace_s: int = field(
        default=300, metadata={"doc": "a run silent for this long counts as crashed, seconds"}
    )
    trash_days: int = field(
        default=0, metadata={"doc": "deleted runs are kept for this many days and then deleted for good; 0: for ever"}
    )


@dataclass(frozen=True)
class HistorySettings:
    flush_chunks: int = field(
        default=256, metadata={"doc": "requests of one run that the journal holds before they become a segment"}
    )
    flush_bytes: int = field(
        default=8 << 20, metadata={"doc": "bytes of one run that the journal holds before they become a segment"}
    )
    seal_values: int = field(
        default=2_000_000, metadata={"doc": "values from which on a segment is final and never merged again"}
    )
    merge_fan_in: int = field(default=8, metadata={"doc": "segments of similar size that are merged into one"})
    cache_bytes: int = field(
        default=256 << 20, metadata={"doc": "memory for rows and columns read lately, bytes per process"}
    )
    exports: str = field(
        default="exact",
        metadata={
            "doc": "which whole histories clients get as Parquet files: `exact` those of which every row has every key,"
            " without objects or media, so that scans give the same rows as page by page; `all` any but mixed types,"
            " where scans for some keys give other rows, and missing values come as nulls",
            "choices": ("exact", "all"),
        },
    )


@dataclass(frozen=True)
class TableSettings:
    index_bytes: int = field(
        default=10 << 30,
        metadata={"doc": "space in the object store for indexes of logged tables; the least used ones go first"},
    )


@dataclass(frozen=True)
class CollectionSettings:
    enabled: bool = field(
        default=True, metadata={"doc": "content that no artifact version needs any more is deleted by itself"}
    )
    every_s: int = field(default=3600, metadata={"doc": "how often such content is looked for, seconds"})
    grace_s: int = field(default=86_400, metadata={"doc": "deleted versions keep their content for this long, seconds"})
    unfinished_s: int = field(
        default=86_400,
        metadata={
            "doc": "uploads that nobody went on with for this long are given up, seconds; never before the upload"
            " addresses end (STEELYARD_OBJECTS_WRITE_TTL_S)"
        },
    )
    batch_rows: int = field(default=500, metadata={"doc": "rows that one transaction of the collection changes"})
    parallel_deletes: int = field(default=8, metadata={"doc": "objects that are deleted from the store at a time"})


@dataclass(frozen=True)
class FeatureSettings:
    off: str = field(
        default="",
        metadata={
            "doc": "capabilities that clients are told are off, names as on the page /compat, separated by commas"
        },
    )


@dataclass(frozen=True)
class WorkerSettings:
    inside_serve: bool = field(
        default=True,
        metadata={"doc": "`serve` does the background work too; false where `steelyard worker` runs apart"},
    )


@dataclass(frozen=True)
class LimitSettings:
    project_requests: int = field(
        default=0, metadata={"doc": "stream requests of one project per second; 0, as everywhere here: no bound"}
    )
    project_bytes: int = field(default=0, metadata={"doc": "streamed bytes of one project per second"})
    run_requests: int = field(default=0, metadata={"doc": "stream requests of one run per second"})
    run_bytes: int = field(default=0, metadata={"doc": "streamed bytes of one run per second"})
    user_requests: int = field(default=0, metadata={"doc": "stream and API requests of one account per second"})
    user_bytes: int = field(default=0, metadata={"doc": "streamed bytes of one account per second"})
    user_query_seconds: int = field(
        default=0, metadata={"doc": "seconds that the API queries of one account may take per second, all together"}
    )
    project_run_changes: int = field(
        default=0, metadata={"doc": "creations and updates of runs of one project per second"}
    )
    project_artifacts: int = field(
        default=0, metadata={"doc": "artifact versions that are begun in one project per window"}
    )
    project_artifacts_window_s: int = field(default=1, metadata={"doc": "length of that window, seconds"})
    processes: int = field(
        default=1, metadata={"doc": "server processes that requests are spread over: each allows its part of a rate"}
    )
