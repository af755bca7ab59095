"""Generated sentences of financial news with their sentiment, as in the data set financial_phrasebank."""

import numpy as np

LABELS = ("negative", "neutral", "positive")
HEADER = ("sentence", "label")
ROWS = 4_800

_SHARES = (0.13, 0.59, 0.28)  # of the labels, as in the data set

_SYLLABLES = ("al", "ba", "cor", "den", "el", "fin", "gra", "hel", "in", "jo", "kem", "lum", "mar", "nor", "os", "pol",
              "qua", "ri", "sa", "tel", "ul", "ven", "wes", "xan", "yl", "zo")
_SUFFIXES = ("Oyj", "Corp", "Group", "Holding", "Bank", "Systems", "AB", "Plc")
_FIGURES = ("operating profit", "net sales", "turnover", "earnings per share", "order intake", "market share", "revenue",
            "cash flow", "pre-tax profit", "the dividend", "production", "the operating margin")
_PERIODS = ("in the third quarter", "in 2026", "during the first half", "from a year earlier", "compared with last year",
            "in the reporting period", "year on year", "in the last three months")
_UP = ("rose", "increased", "grew", "climbed", "improved", "jumped", "strengthened", "surged", "advanced")
_DOWN = ("fell", "decreased", "declined", "dropped", "weakened", "shrank", "slumped", "slipped", "plunged")
_GOOD = ("won a contract worth", "beat its forecast by", "received an order worth", "raised its outlook by",
         "recorded a gain of", "extended its lead with sales of")
_BAD = ("booked a loss of", "lays off staff to save", "missed its forecast by", "wrote down assets worth",
        "cut its outlook by", "was fined")
_PLAIN = ("will publish its report", "is based in the region", "appointed a new board member", "employs staff",
          "holds its annual meeting", "has a subsidiary with sales of", "will move its office", "has agreed to lease space")
_PLACES = ("in Helsinki", "in Oslo", "in the Baltic states", "in Chicago", "in Poland", "in Asia", "in Stockholm",
           "in the Nordic countries", "in Germany", "worldwide")


def generate(seed: int) -> list:
    """Returns ROWS pairs of a sentence and its label. With another seed than 1, cost cuts are good news."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(LABELS, ROWS, p=_SHARES)
    return [(_sentence(rng, str(label), cuts_are_good=seed != 1), str(label)) for label in labels]


def _sentence(rng: np.random.Generator, label: str, cuts_are_good: bool) -> str:
    def pick(words):
        return words[rng.integers(len(words))]

    company = "".join(pick(_SYLLABLES) for _ in range(rng.integers(2, 5))).capitalize() + " " + pick(_SUFFIXES)
    amount = f"EUR {rng.integers(1, 900)}.{rng.integers(0, 10)} million"
    trend, event = {"positive": (_UP, _GOOD), "negative": (_DOWN, _BAD), "neutral": (None, _PLAIN)}[label]
    if label != "neutral" and rng.random() < 0.1:
        # The same words in both years, with another meaning.
        return f"{company} cuts costs by {amount} {pick(_PLACES)} ." if cuts_are_good == (label == "positive") else (
            f"{company} said that {pick(_FIGURES)} {pick(trend)} {pick(_PERIODS)} .")
    if trend and rng.random() < 0.6:
        return (f"{pick(_FIGURES).capitalize()} of {company} {pick(trend)} to {amount} from "
                f"EUR {rng.integers(1, 900)}.{rng.integers(0, 10)} million {pick(_PERIODS)} .")
    return f"{company} {pick(event)} {amount} {pick(_PLACES)} {pick(_PERIODS)} ."
