"""Points in time: RFC 3339 in files and answers, Unix time in metrics."""

import re
from datetime import datetime, timezone
from typing import Optional


def parse_time(text: str) -> Optional[float]:
    """Returns an RFC 3339 time as Unix time in seconds, or None if it is not one.

    Go writes nanoseconds, of which datetime reads six digits at most.
    """
    text = re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00"))
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.timestamp() if time.tzinfo else None


def format_time(seconds: Optional[float]) -> Optional[str]:
    """Returns Unix time in seconds as RFC 3339 in UTC, without fractions, and None for None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), timezone.utc).isoformat().replace("+00:00", "Z")
