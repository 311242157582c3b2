"""Tasks of several turns over all agents: who does them right leaves the world as it should be."""
