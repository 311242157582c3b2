"""An importer that downloads into a volume."""

from kfp import dsl


@dsl.pipeline(name="refused-download-to-workspace", pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size="1Gi")))
def pipeline():
    dsl.importer(artifact_uri="minio://data/x", artifact_class=dsl.Dataset, download_to_workspace=True)


REFUSED = "The importer 'importer' downloads into a workspace volume"
