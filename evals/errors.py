"""What can be wrong with what an evaluation is given."""

from swarm.errors import SwarmError


class EvalError(SwarmError):
    """A file of an evaluation cannot be used, or a world cannot be made; the message says which and why."""
