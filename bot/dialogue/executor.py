"""Runs the actions inside the process, through the interface of Rasa's HTTP action server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint that calls the actions directly.

    Rasa logs an action's exception and goes on without its events; so each one is reported, for the turn to be thrown
    away and tried again.
    """

    def __init__(self, package: str, report: Callable[[Exception], None]) -> None:
        # Rasa sends the whole domain along unless asked not to.
        super().__init__(url=None, enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        self._report = report

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Run the action that a call names and return its events and responses."""
        try:
            result = await self._executor.run(json)
        except ActionExecutionRejection as rejection:
            body = _rejection(rejection)
            raise ClientResponseError(400, "action rejected", body) from rejection
        except Exception as error:
            self._report(error)
            raise
        return dict(result or {"events": [], "responses": []})


def _rejection(rejection: ActionExecutionRejection) -> str:
    return json.dumps({"action_name": rejection.action_name, "error": rejection.message})
