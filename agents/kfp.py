"""The Kubeflow Pipelines agent."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="kfp",
    description=(
        "Kubeflow Pipelines: find, write, upload and run pipelines; follow, diagnose, compare, retry and stop runs; "
        "their logs, metrics, charts and artifacts; experiments and schedules."
    ),
    package="tools.kfp",
    prompt=prompt_file("kfp.md"),
)
