"""Trains the churn model: a stack of a random forest, gradient boosting and a logistic regression."""

from typing import Optional, Sequence

from serving import reproducible

if __name__ == "__main__":
    reproducible.ensure()

from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, StackingClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from bankchurn.data import HEADER, generate, rows  # noqa: E402
from bankchurn.features import FEATURES, encode  # noqa: E402
from serving.training import columns_of, parse_arguments, report, save_model, seed_of, write_csv  # noqa: E402

SERVICE = "bankchurn"


def new_estimator() -> StackingClassifier:
    """Returns the untrained model. The number and the size of the trees decide the size of the file."""
    return StackingClassifier(
        estimators=[
            ("forest", RandomForestClassifier(n_estimators=100, min_samples_leaf=14, random_state=1)),
            ("boosting", GradientBoostingClassifier(n_estimators=50, random_state=1)),
            ("logistic", make_pipeline(StandardScaler(), LogisticRegression())),
        ],
        final_estimator=LogisticRegression(),
        cv=3,
    )


def main(argv: Optional[Sequence[str]] = None) -> None:
    arguments = parse_arguments(__doc__, argv)
    data = generate(seed_of(arguments.variant))
    columns = columns_of(arguments.variant, FEATURES)
    names = ("credit_score", "country", "gender", "age", "tenure", "balance", "products", "has_card", "is_active",
             "estimated_salary")
    matrix = encode(*(data[name] for name in names))[:, columns]
    estimator = None
    if arguments.variant != "corrupt":
        estimator = new_estimator().fit(matrix, data["exited"])
    model = arguments.out / "bankchurn/model.joblib"
    dataset = arguments.out / "bankchurn/v1/Churn.csv"
    save_model(model, SERVICE, estimator, [FEATURES[i] for i in columns], arguments.variant)
    write_csv(dataset, HEADER, rows(data))
    report(arguments.out, model, dataset)


if __name__ == "__main__":
    main()
