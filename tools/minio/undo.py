"""What of a loss can be undone."""

from tools.minio.store import ObjectStore


def undo_of_deletion(store: ObjectStore, bucket: str) -> str:
    """How to bring back what is removed or replaced in a bucket; empty when it cannot be."""
    if store.versioning(bucket):
        return f"Bucket `{bucket}` keeps versions: restore_object_version with version_id `previous` brings it back."
    return ""
