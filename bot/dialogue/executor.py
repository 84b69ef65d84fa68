"""Runs the actions, inside the process or on Rasa's HTTP action server; either way a failure fails the turn."""

from __future__ import annotations

import json
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot import metrics
from bot.dialogue import failures

_REJECTED = 400


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint that calls the actions directly."""

    def __init__(self, package: str) -> None:
        # Rasa sends the whole domain along unless asked not to.
        super().__init__(url=None, enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        _trust_in_process_results()

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Run the action that a call names and return its events and responses."""
        try:
            with metrics.stage("actions"):
                result = await self._executor.run(json)
        except ActionExecutionRejection as rejection:
            body = _rejection(rejection)
            raise ClientResponseError(_REJECTED, "action rejected", body) from rejection
        except Exception as error:
            failures.report(error)
            raise
        return dict(result or {"events": [], "responses": []})


class HttpActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint that calls an HTTP action server."""

    def __init__(self, url: str) -> None:
        super().__init__(url=url, enable_selective_domain=True)

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Have the server run the action that a call names and return its events and responses."""
        try:
            with metrics.stage("actions"):
                return await super().request(*args, **kwargs)
        except Exception as error:
            if getattr(error, "status", None) != _REJECTED:
                failures.report(error)
            raise


def _trust_in_process_results() -> None:
    """Have Rasa check the results of HTTP action servers only.

    Rasa compiles and checks a large JSON schema for each result, which takes more than half of a turn, and offers no
    way to turn that off. What our own actions return never left the process.
    """
    check = RemoteAction._validate_action_result
    if getattr(check, "is_ours", False):
        return

    def check_unless_in_process(action: RemoteAction, result: dict[str, Any]) -> bool:
        return isinstance(action.action_endpoint, InProcessActions) or bool(check(action, result))

    check_unless_in_process.is_ours = True  # type: ignore[attr-defined]
    RemoteAction._validate_action_result = check_unless_in_process


def _rejection(rejection: ActionExecutionRejection) -> str:
    return json.dumps({"action_name": rejection.action_name, "error": rejection.message})
