"""Generated bank customers, with the columns of the public data set Churn_Modelling."""

import numpy as np

from bankchurn.features import COUNTRIES, GENDERS

ROWS = 10_000

HEADER = (
    "RowNumber", "CustomerId", "Surname", "CreditScore", "Geography", "Gender", "Age", "Tenure", "Balance",
    "NumOfProducts", "HasCrCard", "IsActiveMember", "EstimatedSalary", "Exited",
)

SURNAMES = ("Abel", "Blanc", "Castro", "Dietz", "Esteve", "Fischer", "Garcia", "Hoffmann", "Ibarra", "Jung", "Keller",
            "Laurent", "Moreno", "Navarro", "Otto", "Petit", "Roux", "Serrano", "Thomas", "Vidal", "Weber", "Zapata")


def generate(seed: int) -> dict:
    """Returns columns by name, as arrays of ROWS values. Other seeds have other reasons to leave."""
    rng = np.random.default_rng(seed)
    country = rng.choice(COUNTRIES, ROWS, p=(0.5, 0.25, 0.25))
    age = np.clip(rng.gamma(9, 4.3, ROWS), 18, 92).astype(int)
    balance = np.where(rng.random(ROWS) < 0.36, 0, rng.normal(119_000, 30_000, ROWS).clip(3000)).round(2)
    data = {
        "surname": rng.choice(SURNAMES, ROWS),
        "credit_score": np.clip(rng.normal(650, 97, ROWS), 350, 850).astype(int),
        "country": country,
        "gender": rng.choice(GENDERS, ROWS, p=(0.45, 0.55)),
        "age": age,
        "tenure": rng.integers(0, 11, ROWS),
        "balance": balance,
        "products": rng.choice((1, 2, 3, 4), ROWS, p=(0.51, 0.46, 0.025, 0.005)),
        "has_card": (rng.random(ROWS) < 0.7).astype(int),
        "is_active": (rng.random(ROWS) < 0.52).astype(int),
        "estimated_salary": rng.uniform(11_000, 200_000, ROWS).round(2),
    }
    data["exited"] = (rng.random(ROWS) < _churn_probability(data, seed)).astype(int)
    return data


def _churn_probability(data: dict, seed: int) -> np.ndarray:
    # The seed moves what age and inactivity mean, as new customers would.
    age_weight, idle_weight = (0.085, 1.0) if seed == 1 else (0.045, 2.0)
    score = (
        -3.2 + age_weight * (data["age"] - 38) + idle_weight * (1 - data["is_active"])
        + 0.8 * (data["country"] == "Germany") + 0.4 * (data["gender"] == "Female")
        + 1.5 * (np.abs(data["products"] - 2) - 0.5) + data["balance"] / 300_000
    )
    return 1 / (1 + np.exp(-score))


def rows(data: dict) -> list:
    """Returns the lines of the CSV file with HEADER."""
    columns = ("surname", "credit_score", "country", "gender", "age", "tenure", "balance", "products", "has_card",
               "is_active", "estimated_salary", "exited")
    lines = zip(*(data[name].tolist() for name in columns))
    return [(number, 15_565_701 + 7 * number, *line) for number, line in enumerate(lines, start=1)]
