"""What axe finds on a page that keeps people out."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_GRAVE = ("serious", "critical")


async def grave_problems(page: Page, within: str | None = None) -> list[str]:
    """Return what is serious or critical, on the whole page or within an element; open shadow roots are looked into."""
    found = (await Axe().run(page, context=within)).response["violations"]
    return [
        f"{problem['id']} ({problem['impact']}): {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for problem in found
        if problem["impact"] in _GRAVE
        for node in problem["nodes"]
    ]
