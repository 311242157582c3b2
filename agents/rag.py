"""The documentation agent."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="rag",
    description="Documentation: how-to and what-is questions on MLOps, Kubeflow Pipelines, MinIO and this assistant, with citations; "
    "lists, reads, adds and removes documents.",
    package="tools.docs",
    prompt=prompt_file("rag.md"),
)
