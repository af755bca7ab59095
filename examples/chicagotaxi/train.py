"""Trains the demand model, a random forest, and writes its predictions for a week."""

from typing import Optional, Sequence

from serving import reproducible

if __name__ == "__main__":
    reproducible.ensure()

from sklearn.ensemble import RandomForestRegressor  # noqa: E402

from chicagotaxi.batch import HEADER  # noqa: E402
from chicagotaxi.data import generate, week  # noqa: E402
from chicagotaxi.features import FEATURES, encode  # noqa: E402
from serving.training import columns_of, parse_arguments, report, save_model, seed_of, write_csv  # noqa: E402

SERVICE = "chicagotaxi"


def new_estimator() -> RandomForestRegressor:
    """Returns the untrained model. The number and the size of the trees decide the size of the file."""
    return RandomForestRegressor(n_estimators=30, min_samples_leaf=20, random_state=1)


def main(argv: Optional[Sequence[str]] = None) -> None:
    arguments = parse_arguments(__doc__, argv)
    columns = columns_of(arguments.variant, FEATURES)

    def matrix(data):
        return encode(*(data[name] for name in FEATURES))[:, columns]

    data = generate(seed_of(arguments.variant))
    # The batch predictions of a damaged model are whole: a real batch job ends before the damage.
    estimator = new_estimator().fit(matrix(data), data["trips"])
    model = arguments.out / "chicagotaxi/model.joblib"
    predictions = arguments.out / "chicagotaxi/predictions.csv"
    save_model(model, SERVICE, estimator, [FEATURES[i] for i in columns], arguments.variant)
    batch = week()
    trips = estimator.predict(matrix(batch)).round(6).tolist()
    keys = (batch[name].tolist() for name in HEADER[:-1])
    write_csv(predictions, HEADER, zip(*keys, trips))
    report(arguments.out, model, predictions)


if __name__ == "__main__":
    main()
