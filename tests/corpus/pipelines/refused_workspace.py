"""A pipeline with a workspace volume."""

from kfp import dsl


@dsl.component
def work(path: str):
    pass


@dsl.pipeline(name="refused-workspace", pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size="1Gi")))
def pipeline():
    work(path=dsl.WORKSPACE_PATH_PLACEHOLDER)


REFUSED = "workspace"
