"""The swarm as a server of the Model Context Protocol: its tools, whole tasks, the handbook and what came of calls."""
