"""Which words do the pages use for what the language says in code? Every closed list is covered whole."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from roomreach.measurement import Reason
from roomreach.online import Online
from roomreach.places import Category, Role
from roomreach_api.console.troubles import Trouble

LONDON = ZoneInfo("Europe/London")

REASONS: Mapping[Reason, str] = {
    Reason.NO_ANSWER: "no answer",
    Reason.REFUSED: "it refused to answer",
    Reason.NO_ROUTE: "there is no way to it",
    Reason.NOT_ASSOCIATED: "not joined to any Wi-Fi network",
    Reason.NO_RESOLVER: "the network offers no server that looks up names",
    Reason.SERVER_FAILURE: "the server that looks up names reported a fault",
    Reason.INTERCEPTED: "somebody else answered, as a sign-in page does",
    Reason.NO_RADIO: "no radio in this machine",
    Reason.NO_PROGRAM: "a program it needs is not installed",
    Reason.NOT_CONFIGURED: "the settings of the agent do not ask for it",
    Reason.NOT_PERMITTED: "the agent was not permitted to ask",
    Reason.TIMED_OUT: "asking took too long",
    Reason.UNREADABLE: "the answer could not be read",
    Reason.IMPLAUSIBLE: "the answer cannot be true",
    Reason.PROBE_CRASHED: "a fault in the agent",
    Reason.BUDGET_SPENT: "the day's allowance of data is used up",
    Reason.LINE_BUSY: "residents were using the line",
    Reason.SERVER_BUSY: "the test server had no place free",
    Reason.NOT_ALLOWED_HERE: "this site allows no test whose results are published",
    Reason.FORBIDDEN: "the test service turned the agent away",
    Reason.DOWNLOAD_REFUSED: "the test service refused to send",
    Reason.UPLOAD_REFUSED: "the test service refused to receive",
    Reason.NO_LATENCY: "the test service could not be timed",
}

ONLINE: Mapping[Online, str] = {Online.YES: "Yes", Online.NO: "No", Online.UNKNOWN: "Not known"}

ROOM_ONLINE: Mapping[Online, str] = {
    Online.YES: "Online",
    Online.NO: "Not online",
    Online.UNKNOWN: "Not known",
}

TROUBLES: Mapping[Trouble, str] = {
    Trouble.OFFLINE: "Not online",
    Trouble.WEAK: "Weak Wi-Fi",
    Trouble.SILENT: "Silent box",
    Trouble.BLIND: "Box cannot tell",
}

CATEGORIES: Mapping[Category, str] = {
    Category.BED_AND_BREAKFAST: "Bed and breakfast",
    Category.NIGHTLY_PAID: "Nightly paid",
    Category.HOSTEL: "Hostel",
    Category.PRIVATE_LEASED: "Private sector leased",
    Category.LA_HA_STOCK: "Council or housing association homes",
    Category.OTHER: "Other temporary accommodation",
}

ROLES: Mapping[Role, str] = {Role.REFERENCE: "wired to the router", Role.ROOM: "on the Wi-Fi"}

TARGETS: Mapping[str, str] = {
    "hub": "our server",
    "anchor_1": "first anchor",
    "anchor_2": "second anchor",
    "anchor_3": "third anchor",
    "site": "in the building",
    "other": "elsewhere",
    "server": "our speed server",
    "reference": "the router's end of the Wi-Fi",
}


def when(moment: datetime) -> str:
    """Say a moment as it is said in Britain, by London's clocks: 22 November 2026, 2:05pm."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}, {_clock(local)}"


def since(moment: datetime, now: datetime) -> str:
    """Say since when, with the day only where it is another one: 2:02pm, or 2:02pm on 21 November."""
    local, today = moment.astimezone(LONDON), now.astimezone(LONDON)
    day = "" if local.date() == today.date() else f" on {local.day} {local:%B}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{_clock(local)}{day}{year}"


def lasting(span: timedelta) -> str:
    """Say how long something lasted, to the minute: 3 hours 30 minutes, 2 days 4 hours."""
    minutes = int(span.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    # Of what lasted for days nobody asks the minutes.
    parts = [(days, "day"), (hours, "hour"), (0 if days else minutes, "minute")]
    said = [f"{number} {noun}" if number == 1 else f"{number} {noun}s" for number, noun in parts if number]
    return " ".join(said) or "less than a minute"


def _clock(local: datetime) -> str:
    if local.minute == 0 and local.hour in {0, 12}:
        return "midday" if local.hour else "midnight"
    return f"{local.hour % 12 or 12}:{local:%M}{'pm' if local.hour >= 12 else 'am'}"  # noqa: PLR2004 - noon
