"""Load all content from YAML, whole and checked, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from knowledge import models
from knowledge.checks import check_labels, check_references
from knowledge.files import by_language, collect, folders, open_file, read_list, shown, strings_of
from knowledge.place import Place
from knowledge.place_files import read_place
from knowledge.policy_files import read_policy
from knowledge.profile import read_words
from knowledge.reader import ContentError, Item, Mistakes
from knowledge.vocabulary import SERVICES, Kind, Vocabulary, Word

ROOT = Path(__file__).parent

_VOCABULARY = "vocabulary.yml"


def load(*roots: Path) -> models.Knowledge:
    """Read the content folders (default: the one shipped) into one Knowledge.

    A folder has `policies/<id>/`, `places/<id>/` and the files beside them; the first folder also
    gives the labels and the out-of-scope questions. Raises ContentError, which lists every
    mistake of every file at once.
    """
    roots = roots or (ROOT,)
    mistakes = Mistakes()
    mistakes.traditional = strings_of(mistakes, roots[0] / "zh-hant.yml", "overrides")
    sources: dict[str, models.Source] = {}
    documents: dict[str, models.Document] = {}
    terms: dict[str, models.Term] = {}
    places: dict[str, Place] = {}
    policies: dict[str, models.Policy] = {}
    provisions: dict[str, models.Provision] = {}
    changes: dict[str, models.Change] = {}

    for root in roots:
        read_list(mistakes, root, root / "sources.yml", "sources", _source, sources)
        read_list(mistakes, root, root / "documents.yml", "documents", _document, documents)
        read_list(mistakes, root, root / "glossary.yml", "terms", _term, terms)
        read_list(mistakes, root, root / "changes.yml", "changes", _change, changes)
        for folder in folders(root / "places"):
            place = read_place(mistakes, root, folder)
            if place.id in places:
                mistakes.add(shown(root, folder), f"the place {place.id!r} is there twice")
            places[place.id] = place
    for root in roots:
        for folder in folders(root / "policies"):
            policy = read_policy(mistakes, root, folder, places, documents, provisions)
            if policy.id in policies:
                mistakes.add(shown(root, folder), f"the policy {policy.id!r} is there twice")
            policies[policy.id] = policy
    if not policies:
        mistakes.add(str(roots[0]), "holds no policy: expected policies/<id>/policy.yml")

    aside = open_file(mistakes, roots[0], roots[0] / "out_of_scope.yml")
    labels = open_file(mistakes, roots[0], roots[0] / "labels.yml")
    knowledge = models.Knowledge(
        version=_hash(roots),
        policies=policies,
        provisions=provisions,
        places=places,
        documents=documents,
        changes=tuple(changes.values()),
        terms=terms,
        sources=sources,
        labels={key: labels.text(key) for key in labels.data},
        out_of_scope=by_language(aside, "out_of_scope"),
        no_subject=by_language(aside, "no_subject"),
        vocabulary=read_vocabulary(mistakes, roots[0], provisions),
    )
    aside.done()
    check_labels(mistakes, labels.where, knowledge.labels)
    check_references(mistakes, knowledge)
    if mistakes.found:
        raise ContentError(mistakes.found)
    return knowledge


def _source(item: Item) -> models.Source:
    item.optional("kind")
    date = item.string("date", needed=False)
    return models.Source(item.string("id"), item.string("title"), item.string("url"), date)


def _document(item: Item) -> models.Document:
    item.strings("sources", needed=False)
    return models.Document(
        item.string("id"),
        item.optional("number"),
        item.text("title"),
        item.optional("date"),
        item.optional("url"),
        item.strings("aliases"),
    )


def _term(item: Item) -> models.Term:
    return models.Term(
        item.string("id"),
        item.text("name"),
        item.strings("aliases"),
        item.text("definition"),
        item.strings("provisions"),
    )


def _change(item: Item) -> models.Change:
    return models.Change(
        id=item.string("id"),
        status=item.one_of("status", ("confirmed", "open")),  # type: ignore[arg-type]
        label=item.text("label"),
        when=item.text("when"),
        text=item.text("text"),
        provisions=item.strings("provisions", needed="policies" not in item.data),
        policies=item.strings("policies", needed="provisions" not in item.data),
        sources=item.strings("sources", needed=False),
        ended=item.flag("ended") if "ended" in item.data else False,
    )


def _hash(roots: Iterable[Path]) -> str:
    """A hash of every content file: the same content has the same version."""
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted([*root.rglob("*.yml"), *root.rglob("source.txt")]):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def load_vocabulary(root: Path = ROOT) -> Vocabulary:
    """The words for mentors and projects alone, which takes no time. Raises ContentError."""
    mistakes = Mistakes()
    mistakes.traditional = strings_of(mistakes, root / "zh-hant.yml", "overrides")
    vocabulary = read_vocabulary(mistakes, root, None)
    if mistakes.found:
        raise ContentError(mistakes.found)
    return vocabulary


def read_vocabulary(
    mistakes: Mistakes, root: Path, provisions: Collection[str] | None
) -> Vocabulary:
    """That of the first folder; the shipped one where it has none. Its clauses must then exist."""
    own = (root / _VOCABULARY).exists()
    root = root if own else ROOT
    file = open_file(mistakes, root, root / _VOCABULARY)
    clauses = Item(mistakes, f"{file.where}: clauses", file._get("clauses", dict, {}, True))
    for service in SERVICES:
        clause = clauses.string(service)
        if own and provisions is not None and clause and clause not in provisions:
            clauses.wrong(f"{service}: there is no provision {clause!r}")
    clauses.done()
    words: dict[Kind, dict[str, Word]] = {"fields": {}, "stages": {}, "tongues": {}}
    for kind, found in words.items():
        collect(file, kind, _word, found)
    file.done()
    return Vocabulary(**words, clauses=dict(clauses.data))


def _word(item: Item) -> Word:
    return Word(item.string("id"), item.text("name"), read_words(item))
