"""Reads policies/<id>/: the policy, its measures and provisions, what is newer."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from knowledge import models
from knowledge.checks import check_asks, check_provision
from knowledge.files import by_language, collect, open_file, shown
from knowledge.place import Place, Unit
from knowledge.profile import read_asks, read_condition
from knowledge.reader import Item, Mistakes


def read_policy(
    mistakes: Mistakes,
    root: Path,
    folder: Path,
    places: dict[str, Place],
    documents: dict[str, models.Document],
    provisions: dict[str, models.Provision],
) -> models.Policy:
    """A policy; its provisions go into `provisions`, by id."""
    file = open_file(mistakes, root, folder / "policy.yml")
    identity = file.string("id")
    if identity != folder.name:
        file.wrong(f"id: is {identity!r}, but the folder is named {folder.name!r}")
    helps: dict[str, models.Label] = {}
    topics: dict[str, models.Topic] = {}
    audiences: dict[str, models.Label] = {}
    collect(file, "helps", _label, helps)
    collect(file, "topics", lambda item: _topic(item, helps), topics)
    collect(file, "audiences", _label, audiences)
    place = file.one_of("place", places)
    units = places[place].units if place in places else {}
    profile = folder / "profile.yml"
    asks = read_asks(open_file(mistakes, root, profile)) if profile.exists() else ()
    facts = [fact.id for ask in asks for fact in ask.facts]
    source = folder / "source.txt"
    lines = _lines(mistakes, root, source)
    measures: dict[int, models.Measure] = {}
    for path in sorted((folder / "measures").glob("*.yml")):
        item = open_file(mistakes, root, path)
        number = item.number("measure")
        if number in measures:
            item.wrong(f"measure: the number {number} is there twice")
        found = []
        for entry in item.items("provisions"):
            provision = _provision(
                entry, identity, number, topics, audiences, facts, units, documents
            )
            if provision.id in provisions:
                entry.wrong(f"id: the provision {provision.number!r} is there twice")
            check_provision(entry, provision, lines, documents)
            provisions[provision.id] = provision
            found.append(provision.id)
        measures[number] = models.Measure(number, item.text("title"), tuple(found))
        item.done()
    chapters = []
    for entry in file.items("chapters", name="title"):
        numbers = entry.numbers("measures")
        for number in numbers:
            if number not in measures:
                entry.wrong(f"measures: there is no measure {number}")
        chapters.append(models.Chapter(entry.text("title"), numbers))
        entry.done()
    newer, as_of = _newer(mistakes, root, folder, identity, provisions)
    check_asks(file, asks, [p for p in provisions.values() if p.policy == identity])
    policy = models.Policy(
        id=identity,
        place=place,
        document=file.one_of("document", documents),
        title=file.text("title"),
        short_title=file.text("short_title"),
        issuer=file.text("issuer"),
        date=file.string("date"),
        register=file.optional("register"),
        copy=file.text("copy", needed=False) or None,
        chapters=tuple(chapters),
        helps=helps,
        topics=topics,
        audiences=audiences,
        asks=asks,
        measures=dict(sorted(measures.items())),
        newer=newer,
        newer_as_of=as_of,
    )
    file.done()
    return policy


def _lines(mistakes: Mistakes, root: Path, source: Path) -> set[str]:
    """The lines of the text that quotes are checked against."""
    try:
        lines = set(source.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        lines = set()
    except UnicodeDecodeError as error:
        mistakes.add(shown(root, source), f"not readable as UTF-8: {error.reason}")
        return set()
    if not lines:
        mistakes.add(shown(root, source), "the text that quotes are checked against is missing")
    return lines


def _provision(
    item: Item,
    policy: str,
    measure: int,
    topics: dict[str, models.Topic],
    audiences: dict[str, models.Label],
    facts: Collection[str],
    units: dict[str, Unit],
    documents: dict[str, models.Document],
) -> models.Provision:
    number = item.string("id")
    if number.partition(".")[0] != str(measure):
        item.wrong(f"id: {number!r} does not belong to measure {measure}")
    provision = models.Provision(
        id=f"{policy}/{number}",
        number=number,
        policy=policy,
        measure=measure,
        name=item.text("name"),
        kind=item.one_of("kind", models.KINDS),  # type: ignore[arg-type]
        quote=item.string("quote"),
        summary=item.text("summary"),
        topics=item.known("topics", topics),
        audience=item.known("audience", audiences),
        reason=item.text("reason", needed=False),
        units=item.known(
            "units",
            units,
            needed=False,
            # Of two units that became one office the first is suggested.
            called={c: unit.id for unit in reversed(units.values()) for c in unit.contacts},
        ),
        documents=item.known("documents", documents, needed=False),
        questions=by_language(item, "questions"),
        conditions=read_condition(item, facts),
    )
    item.done()
    return provision


def _newer(
    mistakes: Mistakes,
    root: Path,
    folder: Path,
    policy: str,
    provisions: dict[str, models.Provision],
) -> tuple[tuple[models.NewerDocument, ...], str | None]:
    path = folder / "newer.yml"
    if not path.exists():
        return (), None
    file = open_file(mistakes, root, path)
    numbers = {p.number for p in provisions.values() if p.policy == policy}
    documents = []
    for item in file.items("documents"):
        documents.append(
            models.NewerDocument(
                id=item.string("id"),
                title=item.string("title"),
                english=item.string("english"),
                date=item.string("date"),
                issuer=item.string("issuer"),
                url=item.string("url"),
                provisions=tuple(f"{policy}/{n}" for n in item.known("provisions", numbers)),
            )
        )
        item.done()
    as_of = file.string("as_of")
    file.done()
    # Newest first; the id makes the order total.
    by_id = sorted(documents, key=lambda document: document.id)
    return tuple(sorted(by_id, key=lambda document: document.date, reverse=True)), as_of


def _topic(item: Item, helps: dict[str, models.Label]) -> models.Topic:
    help = item.one_of("help", helps)
    words = item.strings("words", needed=False)
    return models.Topic(item.string("id"), item.text("name"), help, words)


def _label(item: Item) -> models.Label:
    return models.Label(item.string("id"), item.text("name"))
