"""The Kubeflow Pipelines agent."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="kfp",
    description="Kubeflow Pipelines: list, describe and start pipelines; state, steps, logs and metrics of runs; experiments; schedules.",
    package="tools.kfp",
    prompt=prompt_file("kfp.md"),
)
