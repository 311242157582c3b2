"""Who somebody in Slack is to the assistant."""

import re
import time
from collections.abc import Container

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from swarm.errors import AccessError

FRESH = 600.0
"""Seconds for which a person's name is not asked for again."""
_SLACK_ID = re.compile(r"[UW][A-Z0-9]+")


class People:
    """Members of the workspace under the names that roles are given to: their id where a role names it, else their e-mail address."""

    def __init__(self, client: AsyncWebClient, team: str, roles: Container[str]) -> None:
        self._client = client
        self._team = team
        self._roles = roles
        self._names: dict[str, tuple[float, str]] = {}
        self._ids: dict[str, str] = {}

    async def name(self, user_id: str) -> str:
        """The user that a member is.

        Raises:
            AccessError: a bot, or somebody of another organisation.
        """
        at, name = self._names.get(user_id, (float("-inf"), ""))
        if time.monotonic() - at > FRESH:
            name = await self._asked(user_id)
            self._names[user_id] = (time.monotonic(), name)
            self._ids[name] = user_id
        return name

    async def slack_id(self, name: str) -> str | None:
        """The member who is this user, if there is one."""
        if _SLACK_ID.fullmatch(name):
            return name
        if name not in self._ids and "@" in name:
            try:
                self._ids[name] = str((await self._client.users_lookupByEmail(email=name))["user"]["id"])
            except SlackApiError:
                return None
        return self._ids.get(name)

    async def _asked(self, user_id: str) -> str:
        user = (await self._client.users_info(user=user_id))["user"]
        if user.get("team_id") != self._team or user.get("is_bot") or user.get("deleted") or user.get("is_stranger"):
            raise AccessError("I only work for members of this workspace.")
        email = str((user.get("profile") or {}).get("email") or "").lower()
        return user_id if user_id in self._roles or not email else email
