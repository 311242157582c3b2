"""Keep the model under a name together with its metrics, if a metric reaches a minimum; on request as a new object of a bucket."""

from kfp import dsl
from kfp.dsl import Input, Metrics, Model, Output


@dsl.component(base_image="python:3.11", packages_to_install=["minio>=7.2,<8"])
def register(
    model: Input[Model],
    metrics: Input[Metrics],
    registered: Output[Model],
    model_name: str,
    metric: str = "",
    minimum: float = 0.0,
    bucket: str = "",
    prefix: str = "",
):
    """Copy the model to an artifact of its own that carries name and metrics; fail when it is not good enough.

    With a bucket it becomes the object prefix/model_name/<time>/model.joblib there. On a cluster the step uploads it, to the server
    and with the keys in its environment variables MINIO_ENDPOINT, MINIO_ACCESS_KEY, MINIO_SECRET_KEY (and MINIO_SECURE=true for https).
    """
    import os
    import shutil
    from datetime import UTC, datetime

    if metric:
        value = metrics.metadata.get(metric)
        if not isinstance(value, (int, float)) or value < minimum:
            raise ValueError(f"not registered: {metric} is {value}, at least {minimum} is asked for")
    shutil.copyfile(model.path, registered.path)
    registered.metadata.update({**model.metadata, **{f"metric_{name}": value for name, value in metrics.metadata.items()}})
    registered.metadata.update(model_name=model_name)
    if bucket:
        version = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        key = "/".join(part for part in (prefix.strip("/"), model_name, version, "model.joblib") if part)
        if registered.uri.startswith("/"):  # without a cluster: the platform moves the file there when the step has succeeded
            registered.uri = f"minio://{bucket}/{key}"
        else:
            from minio import Minio

            missing = [name for name in ("MINIO_ENDPOINT", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY") if not os.environ.get(name)]
            if missing:
                raise ValueError(f"not registered in bucket {bucket}: the step lacks the environment variables {', '.join(missing)}")
            server = os.environ["MINIO_ENDPOINT"].split("://")[-1].rstrip("/")
            secure = os.environ.get("MINIO_SECURE", "").lower() in ("1", "true", "yes")
            client = Minio(server, access_key=os.environ["MINIO_ACCESS_KEY"], secret_key=os.environ["MINIO_SECRET_KEY"], secure=secure)
            if not client.bucket_exists(bucket):
                raise ValueError(f"not registered: there is no bucket {bucket}")
            client.fput_object(bucket, key, registered.path)
        registered.metadata["object"] = f"{bucket}/{key}"
        print(f"object {bucket}/{key}")
    print(f"registered as {model_name}")
