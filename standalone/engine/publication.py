"""Artifacts that a step publishes: files it wrote in its own place, and named as new objects of another bucket.

The step itself cannot write there. After it succeeded the worker copies the file, under rules that keep everything that is there.
"""

import os
from pathlib import Path

from standalone.engine.contract import EngineError

OWN_BUCKET = "mlpipeline"
"""Where the platform keeps the artifacts of all runs."""


def publish(buckets: Path, name: str, source: Path, target: Path) -> None:
    """Move a file that a step wrote to the object it named.

    Args:
        buckets: the folder of the buckets.
        name: of the output artifact.
        source: the file in the place of the artifact.
        target: the object's file, below `buckets`.

    Raises:
        EngineError: naming the rule that the address breaks; nothing was written then.
    """
    from standalone.objects import FolderStore
    from tools.result import ToolError

    bucket, _, key = target.relative_to(buckets).as_posix().partition("/")
    wanted = f"The output artifact '{name}' cannot be published as '{bucket}/{key}'"
    if bucket == OWN_BUCKET:
        raise EngineError(f"{wanted}: the bucket '{OWN_BUCKET}' is the platform's own. Choose another one.")
    if not source.is_file():
        raise EngineError(f"{wanted}: only a file can be published, and the component wrote a folder.")
    store = FolderStore(buckets)
    try:
        if bucket not in (known.name for known in store.buckets()):
            raise EngineError(f"{wanted}: there is no such bucket. Create it first.")
        if os.path.lexists(target):
            raise EngineError(f"{wanted}: such an object is there already, and none is ever replaced. Choose a new key for each run.")
        store.upload_file(source, bucket, key)
    except ToolError as error:
        raise EngineError(f"{wanted}: {error.message}") from error
    source.unlink()
