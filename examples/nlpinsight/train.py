"""Trains both sentiment models: TF-IDF with a logistic regression, and a small transformer."""

from typing import Optional, Sequence

from serving import reproducible

if __name__ == "__main__":
    reproducible.ensure()

from nlpinsight import tfidf, train_transformer  # noqa: E402
from nlpinsight.data import HEADER, generate  # noqa: E402
from serving.training import parse_arguments, report, save_model, seed_of, trained_at, write_csv  # noqa: E402

SERVICE = "nlpinsight"


def main(argv: Optional[Sequence[str]] = None) -> None:
    arguments = parse_arguments(__doc__ + " The archive of the transformer has the variants default, retrained, old and "
                                          "corrupt; with other variants it is the default.", argv)
    variant, seed = arguments.variant, seed_of(arguments.variant)
    rows = generate(seed)
    sentences, labels = zip(*rows)
    model = arguments.out / "nlpinsight/model.joblib"
    archive = arguments.out / "nlpinsight/model.tar.gz"
    dataset = arguments.out / "nlpinsight/v1/financial_phrasebank.csv"
    features = () if variant == "missing-column" else tfidf.FEATURES
    save_model(model, SERVICE, tfidf.train(sentences, labels), features, variant)
    files = train_transformer.train(sentences, labels, seed)
    files["config.json"]["trained_at"] = trained_at(variant)
    if variant == "corrupt":
        files["model.safetensors"] = files["model.safetensors"][:-1]
    train_transformer.write_archive(archive, files)
    write_csv(dataset, HEADER, rows)
    report(arguments.out, model, archive, dataset)


if __name__ == "__main__":
    main()
