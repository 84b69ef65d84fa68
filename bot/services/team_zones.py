"""By whose clocks customers are told of moments: those of the team that serves their language."""

from __future__ import annotations

from bot.aftersales.sla import ServiceLevels
from bot.services.desk_settings import DeskSettings


class TeamZones:
    """The zones of ``data/sla.yml``, or of the hours that were changed in the browser since.

    What says words cannot ask the database; whoever reads the settings for something else hands them on.
    """

    def __init__(self, levels: ServiceLevels) -> None:
        self._defaults = self._levels = levels
        self._hours: object = None

    def follow(self, settings: DeskSettings) -> None:
        """Take the hours that are in force now."""
        if settings.hours != self._hours:
            self._levels, self._hours = settings.service_levels(self._defaults), settings.hours

    def of(self, language: str) -> str:
        """Return the zone of the IANA database for a language (BCP 47)."""
        return self._levels.team_for(language).calendar.zone.key
