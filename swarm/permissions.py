"""Who may do what, and when a person is asked."""

from dataclasses import dataclass

from swarm.settings import SwarmSettings
from tools.result import Effect

_ORDER: dict[Effect, int] = {"read": 0, "write": 1, "destroy": 2}
ROLES: dict[str, Effect] = {"viewer": "read", "operator": "write", "admin": "destroy"}


@dataclass(frozen=True)
class Permissions:
    """A role's rights and the approval setting."""

    role: str = "admin"
    approval: Effect = "write"
    approval_minutes: float = 60.0

    def allows(self, effect: Effect) -> bool:
        """Whether the role may call tools of this effect at all."""
        return _ORDER[effect] <= _ORDER[ROLES[self.role]]

    def needs_approval(self, effect: Effect) -> bool:
        """Whether a person approves a call of this effect."""
        return _ORDER[effect] >= _ORDER[self.approval]


def permissions_of(settings: SwarmSettings, user: str) -> Permissions:
    """What a user may do."""
    return Permissions(settings.roles.get(user, settings.role), settings.approval, settings.approval_minutes)
