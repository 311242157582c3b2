"""A component that wants the Kubernetes configuration of its task."""

from kfp import dsl


@dsl.component(task_config_passthroughs=[dsl.TaskConfigField.RESOURCES])
def work(config: dsl.TaskConfig):
    pass


@dsl.pipeline(name="refused-task-config")
def pipeline():
    work()


REFUSED = "The component 'work' takes its task's configuration (TaskConfig)"
