"""The tables of a result folder as CSV, for those who take them to another program."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from experiments.engine.store import beside, placed, read_manifest
from model.preset.load import ConfigError


def written(folder: Path, out: Path | None = None) -> list[Path]:
    """Write each table of a folder as CSV beside it, or into another folder. Raises ConfigError.

    Only the tables of the folder itself: blocks are no results yet. CSV files are not listed in
    `checksums.json`, as they can be made again.
    """
    read_manifest(folder)
    tables = sorted(folder.glob("*.parquet"))
    if not tables:
        raise ConfigError(f"{folder}: found no tables; valid: a folder that is complete")
    target = out or folder
    target.mkdir(parents=True, exist_ok=True)
    return [write(path, target / f"{path.stem}.csv") for path in tables]


def write(table: Path, target: Path) -> Path:
    """Write a Parquet file as CSV, group by group, whole or not at all. Raises ConfigError."""
    aside = beside(target)
    try:
        with pq.ParquetFile(table, page_checksum_verification=True) as source:
            options = pc.WriteOptions(quoting_style="needed")
            with pc.CSVWriter(str(aside), source.schema_arrow, write_options=options) as sink:
                for batch in source.iter_batches():
                    sink.write_batch(batch)
    except (OSError, pa.ArrowException) as error:
        aside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ConfigError(f"{table}: not readable as Parquet: it is damaged") from error
    return placed(aside, target)
