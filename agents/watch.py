"""The agent that tells when runs have ended."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="watch",
    description="Watches on runs: tell the user here when a run has ended and how, without waiting for it now; list and cancel watches.",
    package="tools.watch",
    prompt=prompt_file("watch.md"),
)
