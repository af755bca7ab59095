"""The columns of the demand model, and how a request becomes a row of numbers. Training and serving share them."""

import numpy as np

AREAS = 77  # community areas of Chicago, from 1

# The order of the columns in training and in requests. The names of the fields of a request are the same.
FEATURES = ("pickup_area", "weekday", "hour", "month", "temperature", "rain")


def encode(pickup_area, weekday, hour, month, temperature, rain):
    """Returns a matrix with the columns FEATURES. Each argument is one value or an array.

    weekday is 0 (Monday) to 6, temperature in degrees Celsius, rain whether it rains.
    """
    columns = (pickup_area, weekday, hour, month, temperature, rain)
    return np.column_stack([np.atleast_1d(column).astype(np.float64) for column in columns])
