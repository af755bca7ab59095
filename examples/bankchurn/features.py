"""The columns of the churn model, and how a customer becomes a row of numbers. Training and serving share them."""

import numpy as np

COUNTRIES = ("France", "Germany", "Spain")
GENDERS = ("Female", "Male")

# The order of the columns in training and in requests.
FEATURES = (
    "credit_score", "country_germany", "country_spain", "gender_male", "age", "tenure", "balance", "products",
    "has_card", "is_active", "estimated_salary",
)


def encode(credit_score, country, gender, age, tenure, balance, products, has_card, is_active, estimated_salary):
    """Returns customers as a matrix with the columns FEATURES. Each argument is one value or an array."""
    columns = (
        credit_score, np.equal(country, "Germany"), np.equal(country, "Spain"), np.equal(gender, "Male"), age, tenure,
        balance, products, has_card, is_active, estimated_salary,
    )
    return np.column_stack([np.atleast_1d(column).astype(np.float64) for column in columns])
