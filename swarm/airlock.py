"""Between the conversation and the tools: placeholders turn into secrets on the way in, secrets into placeholders on the way out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from swarm.vault import Vault
from tools import call as calls
from tools.call import Call
from tools.result import ToolResult
from tools.services import Services
from tools.speaker import Speaker, speaking
from tools.tool import Resolver, Tool

T = TypeVar("T")


class Airlock:
    """Prepares and runs calls. What it hands out (arguments, previews, results) holds no secret. Methods block."""

    def __init__(self, services: Services, vault: Vault) -> None:
        self._services = services
        self._vault = vault

    def prepare(self, who: Speaker, tool: Tool, arguments: Mapping[str, Any], resolvers: Mapping[str, Resolver]) -> Call | ToolResult:
        """Check the arguments and resolve the names; the call that comes out can be shown."""
        with speaking(who):
            prepared = calls.prepare(tool, self._vault.restore(who.session, dict(arguments)), self._services, resolvers)
        if isinstance(prepared, ToolResult):
            return self._vault.mask_all(who.session, prepared)
        args = self._vault.mask_all(who.session, prepared.args)
        return replace(prepared, args=args, preview=self._vault.mask(who.session, prepared.preview))

    def run(self, who: Speaker, call: Call) -> ToolResult:
        """Make the call."""
        with speaking(who):
            result = calls.run(replace(call, args=self._vault.restore(who.session, call.args)), self._services)
        return self._vault.mask_all(who.session, result)

    def mask(self, who: Speaker, text: str) -> str:
        """What a tool says on its way."""
        return self._vault.mask(who.session, text)

    def mask_all(self, who: Speaker, data: T) -> T:
        """Plain data or a model without secrets."""
        return self._vault.mask_all(who.session, data)
