"""What the two databases say differently about days, weeks and arrays."""

from __future__ import annotations

from typing import NamedTuple


class Sql(NamedTuple):
    """A database's words; ``{}`` stands for a column, ``weeks`` counts them from Monday, 5 January 1970."""

    seconds: str
    day: str
    week: str
    month: str
    weeks: str
    country: str
    has_line: str
    case_of_event: str
    numbers: str
    array: str


SQLITE = Sql(
    seconds="CAST(round((julianday({}) - julianday({})) * 86400.0) AS integer)",
    day="substr({}, 1, 10)",
    # To the Sunday that ends the week, and back to its Monday.
    week="date({}, 'weekday 0', '-6 days')",
    month="substr({}, 1, 7)",
    weeks="CAST((julianday({}) - 2440591.5) / 7 AS integer)",
    country="json_extract(o.address, '$.country')",
    has_line="json_type(c.lines, '$.' || l.position) IS NOT NULL",
    case_of_event="json_extract(a.data, '$.case')",
    numbers="group_concat({})",
    array="json_group_array({})",
)
POSTGRES = Sql(
    seconds="CAST(round(extract(epoch FROM {} - {})) AS integer)",
    day="to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    week="to_char(date_trunc('week', {} AT TIME ZONE 'UTC'), 'YYYY-MM-DD')",
    month="to_char({} AT TIME ZONE 'UTC', 'YYYY-MM')",
    weeks="CAST(floor((date_part('epoch', {}) - 345600) / 604800) AS integer)",
    country="o.address ->> 'country'",
    has_line="jsonb_exists(c.lines, CAST(l.position AS text))",
    case_of_event="a.data ->> 'case'",
    numbers="array_agg({})",
    array="array_agg({})",
)
