"""Names and times of the run as inputs."""

from kfp import dsl


@dsl.component
def show(name: str, uid: str, task: str, task_id: str, resource: str, created: str, scheduled: str, root: str) -> str:
    import re

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", scheduled)
    assert uid in resource and uid in root and len(task_id) == 36
    return f"{name} {task}"


@dsl.pipeline(name="job-placeholders")
def pipeline() -> str:
    return show(
        name=dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
        uid=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        task=dsl.PIPELINE_TASK_NAME_PLACEHOLDER,
        task_id=dsl.PIPELINE_TASK_ID_PLACEHOLDER,
        resource=dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER,
        created=dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER,
        scheduled=dsl.PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER,
        root=dsl.PIPELINE_ROOT_PLACEHOLDER,
    ).output


OUTPUTS = {"Output": "corpus show"}
LOCAL = "its names are its own"
