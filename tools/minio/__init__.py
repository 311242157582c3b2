"""Tools over an object store: MinIO, any S3, or a folder."""
