"""Generated hourly numbers of taxi trips, by the community area of Chicago where they begin."""

import numpy as np

from chicagotaxi.features import AREAS

ROWS = 20_000

# Areas with most of the trips: Near North Side, Loop, Near West Side, O'Hare, Midway.
BUSY_AREAS = {8: 60, 32: 50, 28: 25, 76: 35, 56: 15}


def generate(seed: int) -> dict:
    """Returns columns by name, as arrays of ROWS values. Other seeds have other weather and other busy hours."""
    rng = np.random.default_rng(seed)
    month = rng.integers(1, 13, ROWS)
    data = {
        "pickup_area": rng.integers(1, AREAS + 1, ROWS),
        "weekday": rng.integers(0, 7, ROWS),
        "hour": rng.integers(0, 24, ROWS),
        "month": month,
        "temperature": (10 - 14 * np.cos(2 * np.pi * (month - 1) / 12) + rng.normal(0, 5, ROWS)).round(1),
        "rain": (rng.random(ROWS) < 0.3).astype(int),
    }
    data["trips"] = rng.poisson(expected_trips(data, seed))
    return data


def expected_trips(data: dict, seed: int) -> np.ndarray:
    """Returns the mean number of trips of each row."""
    base = np.full(AREAS + 1, 2.0)
    for area, trips in BUSY_AREAS.items():
        base[area] = trips
    # The second year has fewer commuters, and a later peak.
    morning, evening, commuters = (8, 18, 1.0) if seed == 1 else (10, 20, 0.6)
    peaks = np.exp(-((data["hour"] - morning) ** 2) / 8) + 1.3 * np.exp(-((data["hour"] - evening) ** 2) / 12)
    workday = np.where(data["weekday"] < 5, commuters, 0.7)
    weather = 1 + 0.3 * data["rain"] + 0.01 * np.clip(5 - data["temperature"], 0, 20)
    return base[data["pickup_area"]] * (0.3 + peaks * workday) * weather


def week(month: int = 11, temperature: float = 6.0) -> dict:
    """Returns the columns of a dry week: each area, weekday and hour, in this order."""
    area, weekday, hour = np.meshgrid(np.arange(1, AREAS + 1), np.arange(7), np.arange(24), indexing="ij")
    rows = area.size
    return {
        "pickup_area": area.ravel(), "weekday": weekday.ravel(), "hour": hour.ravel(), "month": np.full(rows, month),
        "temperature": np.full(rows, temperature), "rain": np.zeros(rows, dtype=int),
    }
