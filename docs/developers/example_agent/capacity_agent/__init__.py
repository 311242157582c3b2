"""An agent that knows how much room this machine has."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="capacity",
    description="Capacity of this machine: free disk space, processors and memory, and whether a data set of some size would fit.",
    package="capacity_agent.tools",
    prompt=prompt_file("capacity.md", package="capacity_agent"),
)
