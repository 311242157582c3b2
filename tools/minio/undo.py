"""What of a loss can be undone."""

from tools.minio.store import ObjectStore


def undo_of_deletion(store: ObjectStore, bucket: str) -> str:
    """How to bring back what is removed or replaced in a bucket; empty when it cannot be."""
    if store.versioning(bucket):
        return f"Bucket `{bucket}` keeps versions: what goes can be brought back with “restore the previous version”."
    return ""
