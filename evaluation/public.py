"""`python -m evaluation.public FOLDER`: the same classifier on public sets.

FOLDER holds clinc150/, hint3/ and hwu64/ as their authors publish them (docs/quality/public.md
says where to get them). Nothing is tuned to the sets.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import matthews_corrcoef

from knowledge.classifier import Classifier
from knowledge.encoder import Encoder

_OUT = "oos"
_HINT3_OUT = "NO_NODES_DETECTED"
_HINT3 = ("sofmattress", "curekart", "powerplay11")
_THRESHOLDS = np.linspace(0, 1, 201)
Rows = list[tuple[str, str]]  # text, label


class Predictions:
    """What a classifier trained on `train` says of other texts: best label and its probability."""

    def __init__(self, train: Rows, encoder: Encoder) -> None:
        texts, labels = [text for text, _ in train], [label for _, label in train]
        self._classifier = Classifier.train(texts, labels, encoder.embed_all)
        self._encoder = encoder

    def of(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        ranked = [self._classifier.rank(text, self._encoder)[0] for text in texts]
        return np.array([label for label, _ in ranked]), np.array([score for _, score in ranked])


def clinc150(folder: Path, encoder: Encoder) -> tuple[float, float]:
    """In-scope accuracy and out-of-scope recall, in percent.

    The paper's rule: the threshold with the best validation accuracy, out of scope counted as
    one class.
    """
    data = json.loads((folder / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    predictions = Predictions([(t, label) for t, label in data["train"]], encoder)
    labels, scores = predictions.of([t for t, _ in (*data["val"], *data["oos_val"])])
    truth = np.array([label for _, label in (*data["val"], *data["oos_val"])])
    accuracy = [(np.where(scores >= t, labels, _OUT) == truth).mean() for t in _THRESHOLDS]
    threshold = _THRESHOLDS[int(np.argmax(accuracy))]
    labels, scores = predictions.of([t for t, _ in data["test"]])
    given = np.where(scores >= threshold, labels, _OUT)
    inside = (given == np.array([label for _, label in data["test"]])).mean()
    _, scores = predictions.of([t for t, _ in data["oos_test"]])
    return 100 * float(inside), 100 * float((scores < threshold).mean())


def hint3(folder: Path, encoder: Encoder) -> list[float]:
    """The best MCC over thresholds, for each of the three bots."""
    found = []
    for name in _HINT3:
        train = _read(folder / "hint3" / "train" / f"{name}_train.csv")
        test = _read(folder / "hint3" / "test" / f"{name}_test.csv")
        labels, scores = Predictions(train, encoder).of([text for text, _ in test])
        truth = np.array([label for _, label in test])
        found.append(
            max(
                float(matthews_corrcoef(truth, np.where(scores >= t, labels, _HINT3_OUT)))
                for t in _THRESHOLDS
            )
        )
    return found


def hwu64(folder: Path, encoder: Encoder) -> float:
    """Accuracy with 640 examples, in percent."""
    train = _read_hwu(folder / "hwu64" / "hwu_small_train.csv")
    test = _read_hwu(folder / "hwu64" / "hwu_small_test.csv")
    labels, _ = Predictions(train, encoder).of([text for text, _ in test])
    return 100 * float((labels == np.array([label for _, label in test])).mean())


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) >= 2]
    return [(row[0], row[1]) for row in rows[1:]]


def _read_hwu(path: Path) -> Rows:
    """Lines `label,exampleSentence,text`, without a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row[-1], row[0]) for row in csv.reader(file) if len(row) >= 3]


def main() -> int:
    """Print our figures beside the published ones."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.public", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with clinc150/, hint3/ and hwu64/")
    folder = parser.parse_args().folder
    missing = [name for name in ("clinc150", "hint3", "hwu64") if not (folder / name).is_dir()]
    if missing:
        print(
            f"{folder} has no {', '.join(missing)}: docs/quality/public.md says where to get the "
            "sets; then `make eval-public SETS=FOLDER`",
            file=sys.stderr,
        )
        return 1
    encoder = Encoder()
    table = Table(title="The same classifier on public sets", title_justify="left")
    for name in ("set", "ours", "aim", "published"):
        table.add_column(name)
    inside, outside = clinc150(folder, encoder)
    table.add_row(
        "CLINC150, in-scope accuracy / out-of-scope recall",
        f"{inside:.1f} / {outside:.1f}",
        "95 / 58",
        "BERT 96.2 / 52.3, MLP on USE 93.4 / 49.1, Rasa 90.9 / 31.2",
    )
    bots = hint3(folder, encoder)
    table.add_row(
        "HINT3, best MCC: mean (three bots)",
        f"{np.mean(bots):.3f} ({', '.join(f'{b:.3f}' for b in bots)})",
        "0.56",
        "Haptik .54, Rasa .46, BERT .51",
    )
    table.add_row(
        "HWU64 with 640 examples, accuracy",
        f"{hwu64(folder, encoder):.1f}",
        "81",
        "AutoFAQ 80.8, Cognigy 75.1, DialogFlow 65.6",
    )
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
