"""The parts of the week that an ordinance names: their hours, and that they cover the week once."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from siting.catalog.toml_table import Table
from siting.law import Hours, Period

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
EVERY_DAY = "Mon-Sun"
FORM = 'hours such as "07:00-22:00" or "Mon-Fri 07:00-22:00", or a list of such texts'
COVER = "expected periods that cover the week once"
HOURS = re.compile(
    r"\s*(?:([A-Za-z]{3})(?:\s*-\s*([A-Za-z]{3}))?\s+)?(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)\s*"
)


class Span(NamedTuple):
    """A stretch of the week in minutes since Monday 00:00; its end may lie in the week after."""

    start: int
    end: int


def periods_of(table: Table, reserved: Sequence[str]) -> tuple[Period, ...]:
    """The periods of a file; their hours, where the code gives them, cover every minute of the week once.

    Parameters
    ----------
    table : Table
        [periods]: hours by name, or "" for each period where the source gives no hours.
    reserved : sequence of str
        Names that a period cannot have, because other tables use them as keys.

    Raises
    ------
    InputError
        No period, hours that cannot be read, that only some periods have, that overlap or leave a part of the week out.
    """
    if not table.values:
        raise table.error(
            "", '[periods] is empty; expected at least one period, such as day = "07:00-22:00".'
        )
    for name in table.values:
        if name in reserved or not name.strip():
            raise table.error(name, f'[periods] has a period "{name}"; expected another name for it.')
    found = {name: () if table.values[name] == "" else hours_of(table, name) for name in table.values}
    silent = [name for name, hours in found.items() if not hours]
    if silent and len(silent) < len(found):
        table.refuse(silent[0], 'hours, as the other periods have them, or "" for all of them')
    if not silent:
        _check_cover(table, found)
    return tuple(Period(name, hours) for name, hours in found.items())


def hours_of(table: Table, key: str) -> tuple[Hours, ...]:
    """Hours from a text or a list of texts, none of which overlap.

    Raises
    ------
    InputError
        A text is not of the form, or two share a minute.
    """
    value = table.values[key]
    texts = value if isinstance(value, list) else [value]
    if not texts:
        table.refuse(key, FORM)
    found = []
    for place, text in enumerate(texts, start=1):
        hours = _hours(text) if isinstance(text, str) else None
        if hours is None:
            entry = f"entry {place} of " if isinstance(value, list) else "the key "
            at = f"{key}[{place}]" if isinstance(value, list) else key
            raise table.error(at, f"{entry}{table.dotted(key)} is {text!r}; expected {FORM}.")
        found.append(hours)
    _check_once(table, {key: tuple(found)})
    return tuple(found)


def _hours(text: str) -> Hours | None:
    """Hours from a text; None where it is not of the form."""
    match = HOURS.fullmatch(text)
    if not match:
        return None
    first, last, *clock = match.groups()
    days = [day.title() for day in (first, last) if day]
    start_hour, start_minute, end_hour, end_minute = (int(part) for part in clock)
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start >= DAY_MINUTES or end > DAY_MINUTES or start == end or any(day not in DAYS for day in days):
        return None
    return Hours("-".join(dict.fromkeys(days)) or EVERY_DAY, _clock(start), _clock(end))


def spans(hours: Hours) -> Iterator[Span]:
    """The stretches of the week that hours name, one a day."""
    first, _, last = hours.days.partition("-")
    start, end = _minute(hours.start), _minute(hours.end)
    begin = DAYS.index(first)
    count = (DAYS.index(last) - begin) % 7 + 1 if last else 1
    for day in range(begin, begin + count):
        midnight = day % 7 * DAY_MINUTES
        yield Span(midnight + start, midnight + end + (DAY_MINUTES if end <= start else 0))


def _check_cover(table: Table, found: dict[str, tuple[Hours, ...]]) -> None:
    """Raise InputError where two periods share a minute, or a minute of the week belongs to none."""
    holder = _check_once(table, found)
    gaps = _stretches([holder[minute] is None for minute in range(WEEK_MINUTES)])
    if gaps:
        raise table.error("", f"[{table.name}] has no period {_named(gaps)}; {COVER}.")


def _check_once(table: Table, found: dict[str, tuple[Hours, ...]]) -> list[str | None]:
    """Who holds each minute of the week; InputError where two do, or one twice."""
    holder: list[str | None] = [None] * WEEK_MINUTES
    shared: dict[tuple[str, str], set[int]] = {}
    for name, hours in found.items():
        for span in (span for entry in hours for span in spans(entry)):
            for minute in (later % WEEK_MINUTES for later in range(*span)):
                other = holder[minute]
                if other is not None:
                    shared.setdefault((other, name), set()).add(minute)
                holder[minute] = name
    for (one, other), minutes in shared.items():
        when = _named(_stretches([minute in minutes for minute in range(WEEK_MINUTES)]))
        if one == other:
            raise table.error(one, f"{table.dotted(one)} has hours twice, {when}; expected each hour once.")
        raise table.error(other, f"{table.dotted(one)} and {table.dotted(other)} overlap {when}; {COVER}.")
    return holder


def _stretches(marked: list[bool]) -> list[Span]:
    """Runs of marked minutes around the week; a whole week is one run from Monday."""
    starts = [m for m in range(WEEK_MINUTES) if marked[m] and not marked[m - 1]]
    if not starts:
        return [Span(0, WEEK_MINUTES)] if marked[0] else []
    found = []
    for start in starts:
        end = start
        while marked[end % WEEK_MINUTES]:
            end += 1
        found.append(Span(start, end))
    return found


def _named(found: list[Span]) -> str:
    """Stretches of the week in words, those of the same hours together: "on Sat and Sun from 09:00 to 10:00"."""
    if found == [Span(0, WEEK_MINUTES)]:
        return "all week"
    long = [span for span in found if span.end - span.start >= DAY_MINUTES]
    days: dict[tuple[int, int], list[str]] = {}
    for span in found:
        if span not in long:
            hours = span.start % DAY_MINUTES, span.end % DAY_MINUTES
            days.setdefault(hours, []).append(DAYS[span.start // DAY_MINUTES])
    words = [f"from {_moment(span.start)} to {_moment(span.end)}" for span in long]
    for (start, end), on in days.items():
        which = (
            "every day"
            if len(on) == 7
            else f"on {' and '.join([', '.join(on[:-1]), on[-1]] if on[1:] else on)}"
        )
        words.append(f"{which} from {_clock(start)} to {_clock(end or DAY_MINUTES)}")
    return "; ".join(words)


def _moment(minute: int) -> str:
    return f"{DAYS[minute // DAY_MINUTES % 7]} {_clock(minute % DAY_MINUTES)}"


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
