"""The agent that remembers what users say about themselves."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="memory",
    description="What the user wants remembered: their usual names and wishes ('my bucket is X', 'always use UTC+2'); show it, forget it.",
    package="tools.memory",
    prompt=prompt_file("memory.md"),
)
