"""The settings of the desk: one page for each of them, for administrators."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from aiohttp import web

from bot.aftersales.audit import AuditEvent
from bot.aftersales.labels import IssueType, Priority
from bot.conversations.ports import UnitOfWork
from bot.desk.keys import desk_of, visitor_of
from bot.desk.numbers import version_of
from bot.desk.pages import page, texts_of
from bot.desk.permissions import Permission, needs
from bot.desk.settings_forms import value_of
from bot.desk.settings_problems import problems_of
from bot.errors import ConflictError, NotFoundError, SettingRefusedError
from bot.l10n.languages import LANGUAGES, SPOKEN
from bot.services import desk_settings, desk_settings_changes
from bot.services.desk_settings import RoutingMode, SettingKey
from bot.services.service_level_documents import targets_of
from bot.services.service_level_files import METRICS, OTHERS, WEEKDAYS


@needs(Permission.SETTINGS)
async def show_first(request: web.Request) -> web.StreamResponse:
    """Lead to the first page."""
    raise web.HTTPSeeOther(f"/desk/settings/{next(iter(SettingKey)).value}")


@needs(Permission.SETTINGS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show a setting as it is in force."""
    key, desk = _key(request), desk_of(request)
    async with desk.uow() as uow:
        settings = await desk_settings.read(uow)
        value = desk_settings_changes.value_of(settings, desk.policy.levels, key)
        return await _page(request, uow, key, value, settings.versions[key], is_saved="saved" in request.query)


@needs(Permission.SETTINGS)
async def change(request: web.Request) -> web.StreamResponse:
    """Change a setting, provided that it still is what the form began with; else show who changed it and how."""
    key, desk, visitor = _key(request), desk_of(request), visitor_of(request)
    form = await request.post()
    value, version = value_of(key, form), version_of(form.get("version"))
    actor = f"agent:{visitor.account.id}"
    try:
        async with desk.uow() as uow:
            await desk_settings_changes.change(uow, desk.policy.levels, key, value, version, actor, desk.clock())
    except SettingRefusedError as error:
        problems = problems_of(error, key, value, texts_of(request))
        async with desk.uow() as uow:
            return await _page(request, uow, key, value, version, problems=problems, status=400)
    except ConflictError:
        async with desk.uow() as uow:
            settings = await desk_settings.read(uow)
            # What was typed stays in the form. Who saves it again does so having been told.
            newest = settings.versions[key]
            return await _page(request, uow, key, value, newest, is_conflict=True, status=409)
    raise web.HTTPSeeOther(f"/desk/settings/{key.value}?saved")


async def _page(
    request: web.Request,
    uow: UnitOfWork,
    key: SettingKey,
    value: Any,
    version: int,
    *,
    problems: dict[str, str] | None = None,
    is_saved: bool = False,
    is_conflict: bool = False,
    status: int = 200,
) -> web.Response:
    levels = desk_of(request).policy.levels
    settings = await desk_settings.read(uow)
    in_force = settings.service_levels(levels)
    changes = await uow.audit.of_subject(f"settings:{key.value}")
    hours = desk_settings_changes.value_of(settings, levels, SettingKey.HOURS)
    values = {
        "key": key,
        "value": value,
        "version": version,
        "problems": problems or {},
        "is_saved": is_saved,
        "is_conflict": is_conflict,
        "last_change": changes[-1] if changes else None,
        "changed_by": await _name(uow, changes[-1]) if changes else None,
        "languages": [LANGUAGES[code] for code in SPOKEN],
        "issues": list(IssueType),
        "calendars": [calendar["name"] for calendar in hours],
        "modes": list(RoutingMode),
        "channels": sorted({*desk_of(request).channels, *settings.bot_off}),
        # A new calendar begins with the targets that count for it already.
        "usual_targets": targets_of(in_force)["teams"][in_force.default.name],
        "weekdays": WEEKDAYS,
        "priorities": list(Priority),
        "metrics": METRICS,
        "others": OTHERS,
        "zones": sorted(available_timezones()) if key is SettingKey.HOURS else [],
    }
    return page(request, "settings.html", values, status=status)


async def _name(uow: UnitOfWork, event: AuditEvent) -> str | None:
    account = await uow.accounts.get(event.actor.partition(":")[2])
    return account.display_name if account else None


def _key(request: web.Request) -> SettingKey:
    name = request.match_info["key"]
    for key in SettingKey:
        if key.value == name:
            return key
    raise NotFoundError("setting", name)


ROUTES = [
    web.get("/settings", show_first),
    web.get("/settings/{key}", show),
    web.post("/settings/{key}", change),
]
