"""The sentiment model without a GPU: TF-IDF of character n-grams, and a logistic regression."""

from typing import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

# The columns are n-grams of one column of text.
FEATURES = ("sentence",)


class TfidfModel:
    """Scores sentences with a trained pipeline."""

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline

    def scores(self, sentence: str) -> dict:
        """Returns the probability of each label."""
        probabilities = self._pipeline.predict_proba([sentence])[0].tolist()
        return dict(zip(self._pipeline.classes_.tolist(), probabilities))


def train(sentences: Sequence[str], labels: Sequence[str]) -> Pipeline:
    """Returns a trained pipeline. The number of n-grams decides the size of the file."""
    pipeline = Pipeline([
        ("tfidf", TfidfVectorizer(analyzer="char", ngram_range=(2, 8), max_features=93_000, sublinear_tf=True)),
        ("logistic", LogisticRegression(max_iter=200)),
    ]).fit(sentences, labels)
    vectorizer = pipeline.named_steps["tfidf"]
    # The n-grams that were left out would double the file. scikit-learn documents that they may be removed.
    vectorizer.stop_words_ = None
    vectorizer.vocabulary_ = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
    return pipeline
