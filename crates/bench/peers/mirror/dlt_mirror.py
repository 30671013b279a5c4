"""Copies the time registrations with dlt: dlt_mirror.py BASE TOKEN parquet|sqlite|postgres TARGET FOLDER."""
import sys

import dlt
from dlt.sources.rest_api import rest_api_source

base, token, kind, target, folder = sys.argv[1:]
destination = {
    "parquet": lambda: dlt.destinations.filesystem(bucket_url=target),
    "sqlite": lambda: dlt.destinations.sqlalchemy(credentials=f"sqlite:///{target}"),
    "postgres": lambda: dlt.destinations.postgres(credentials=target),
}[kind]()
source = rest_api_source({
    "client": {
        "base_url": base,
        "auth": {"type": "bearer", "token": token},
        "paginator": {"type": "cursor", "cursor_path": "continuationToken", "cursor_param": "ContinuationToken"},
    },
    "resources": [{
        "name": "time_registrations",
        "primary_key": "id",
        "endpoint": {"path": "v1/time-registrations", "data_selector": "data", "params": {"ChunkLimit": 5000}},
    }],
})
pipeline = dlt.pipeline("bench", destination=destination, dataset_name="ditio", pipelines_dir=folder)
options = {"loader_file_format": "parquet"} if kind == "parquet" else {}
pipeline.run(source, write_disposition="replace", **options)
