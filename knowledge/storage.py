"""Load all content from YAML, whole and checked, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeVar

from knowledge import models
from knowledge.checks import check_asks, check_labels, check_provision, check_references
from knowledge.language import LANGUAGES
from knowledge.profile import read_asks, read_condition, read_words
from knowledge.reader import ContentError, Item, Mistakes
from knowledge.vocabulary import SERVICES, Kind, Vocabulary, Word

ROOT = Path(__file__).parent

_VOCABULARY = "vocabulary.yml"
_Entry = TypeVar("_Entry")


def load(*roots: Path) -> models.Knowledge:
    """Read the content folders (default: the one shipped) into one Knowledge.

    A folder has `policies/<id>/`, `places/<id>/` and the files beside them; the first folder also
    gives the labels and the out-of-scope questions. Raises ContentError, which lists every
    mistake of every file at once.
    """
    roots = roots or (ROOT,)
    mistakes = Mistakes()
    mistakes.traditional = _strings(mistakes, roots[0] / "zh-hant.yml", "overrides")
    sources: dict[str, models.Source] = {}
    documents: dict[str, models.Document] = {}
    terms: dict[str, models.Term] = {}
    places: dict[str, models.Place] = {}
    policies: dict[str, models.Policy] = {}
    provisions: dict[str, models.Provision] = {}
    changes: dict[str, models.Change] = {}

    for root in roots:
        _read_file(mistakes, root, root / "sources.yml", "sources", _source, sources)
        _read_file(mistakes, root, root / "documents.yml", "documents", _document, documents)
        _read_file(mistakes, root, root / "glossary.yml", "terms", _term, terms)
        _read_file(mistakes, root, root / "changes.yml", "changes", _change, changes)
        for folder in _folders(root / "places"):
            place = _place(mistakes, root, folder)
            if place.id in places:
                mistakes.add(_shown(root, folder), f"the place {place.id!r} is there twice")
            places[place.id] = place
    for root in roots:
        for folder in _folders(root / "policies"):
            policy = _policy(mistakes, root, folder, places, documents, provisions)
            if policy.id in policies:
                mistakes.add(_shown(root, folder), f"the policy {policy.id!r} is there twice")
            policies[policy.id] = policy
    if not policies:
        mistakes.add(str(roots[0]), "holds no policy: expected policies/<id>/policy.yml")

    aside = _open(mistakes, roots[0], roots[0] / "out_of_scope.yml")
    labels = _open(mistakes, roots[0], roots[0] / "labels.yml")
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
        out_of_scope=_by_language(aside, "out_of_scope"),
        no_subject=_by_language(aside, "no_subject"),
        vocabulary=_vocabulary(mistakes, roots[0], provisions),
    )
    aside.done()
    check_labels(mistakes, labels.where, knowledge.labels)
    check_references(mistakes, knowledge)
    if mistakes.found:
        raise ContentError(mistakes.found)
    return knowledge


def _policy(
    mistakes: Mistakes,
    root: Path,
    folder: Path,
    places: dict[str, models.Place],
    documents: dict[str, models.Document],
    provisions: dict[str, models.Provision],
) -> models.Policy:
    file = _open(mistakes, root, folder / "policy.yml")
    identity = file.string("id")
    if identity != folder.name:
        file.wrong(f"id: is {identity!r}, but the folder is named {folder.name!r}")
    helps: dict[str, models.Label] = {}
    topics: dict[str, models.Topic] = {}
    audiences: dict[str, models.Label] = {}
    _collect(file, "helps", _label, helps)
    _collect(file, "topics", lambda item: _topic(item, helps), topics)
    _collect(file, "audiences", _label, audiences)
    place = file.one_of("place", places)
    units = places[place].units if place in places else {}
    profile = folder / "profile.yml"
    asks = read_asks(_open(mistakes, root, profile)) if profile.exists() else ()
    facts = [fact.id for ask in asks for fact in ask.facts]
    source = folder / "source.txt"
    lines = _lines(mistakes, root, source)
    measures: dict[int, models.Measure] = {}
    for path in sorted((folder / "measures").glob("*.yml")):
        item = _open(mistakes, root, path)
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
        mistakes.add(_shown(root, source), f"not readable as UTF-8: {error.reason}")
        return set()
    if not lines:
        mistakes.add(_shown(root, source), "the text that quotes are checked against is missing")
    return lines


def _provision(
    item: Item,
    policy: str,
    measure: int,
    topics: dict[str, models.Topic],
    audiences: dict[str, models.Label],
    facts: Collection[str],
    units: dict[str, models.Unit],
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
        questions=_by_language(item, "questions"),
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
    file = _open(mistakes, root, path)
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


def _place(mistakes: Mistakes, root: Path, folder: Path) -> models.Place:
    file = _open(mistakes, root, folder / "place.yml")
    hotlines: dict[str, models.Hotline] = {}
    contacts: dict[str, models.Contact] = {}
    units: dict[str, models.Unit] = {}
    districts: dict[str, models.District] = {}
    elsewhere: dict[str, models.Elsewhere] = {}

    def read_all(
        name: str, key: str, read: Callable[[Item], _Entry], into: dict[str, _Entry]
    ) -> None:
        if (folder / name).exists():  # A place may do without: a town has no districts.
            _read_file(mistakes, root, folder / name, key, read, into)

    read_all("hotlines.yml", "hotlines", _hotline, hotlines)
    read_all("contacts.yml", "contacts", lambda item: _contact(item, hotlines), contacts)
    read_all("units.yml", "units", lambda item: _unit(item, contacts), units)
    read_all("districts.yml", "districts", lambda item: _district(item, hotlines, units), districts)
    read_all("elsewhere.yml", "places", _elsewhere, elsewhere)
    routing = _open(mistakes, root, folder / "routing.yml")
    place = models.Place(
        id=file.string("id"),
        name=file.text("name"),
        aliases=file.strings("aliases"),
        fallback_hotline=file.one_of("fallback_hotline", hotlines),
        units=units,
        contacts=contacts,
        districts=districts,
        hotlines=hotlines,
        routes=tuple(
            _route(item, units, contacts) for item in routing.items("routes", name="unit")
        ),
        see_also=tuple(
            _see_also(item, contacts)
            for item in routing.items("see_also", needed=False, name="contact")
        ),
        elsewhere=tuple(elsewhere.values()),
        as_of=file.string("as_of"),
    )
    routing.done()
    file.done()
    return place


def _hotline(item: Item) -> models.Hotline:
    item.strings("sources", needed=False)
    return models.Hotline(item.string("number"), item.text("use"))


def _contact(item: Item, hotlines: dict[str, models.Hotline]) -> models.Contact:
    return models.Contact(
        id=item.string("id"),
        name=item.text("name"),
        takes=item.text("takes"),
        confirmed=item.flag("confirmed"),
        english_confirmed=item.flag("english_confirmed"),
        website=item.optional("website"),
        hotlines=item.known("hotlines", hotlines, needed=False),
        sources=item.strings("sources", needed=False),
    )


def _unit(item: Item, contacts: dict[str, models.Contact]) -> models.Unit:
    item.optional("changed")
    return models.Unit(
        id=item.string("id"),
        names=item.strings("names"),
        aliases=item.strings("aliases", needed=False),
        english=item.string("english"),
        today=item.text("today"),
        confirmed=item.flag("confirmed"),
        contacts=item.known("contacts", contacts, needed=False),
    )


def _district(
    item: Item, hotlines: dict[str, models.Hotline], units: dict[str, models.Unit]
) -> models.District:
    bureaus = []
    for key in ("science_bureau", "industry_bureau"):
        data = item.data.get(key)
        if isinstance(data, dict):
            bureau = Item(item.mistakes, f"{item.where}: {key}", data)
            found = models.Bureau(bureau.text("name"), bureau.string("url"))
            if found not in bureaus:  # Two districts have one bureau for both.
                bureaus.append(found)
            bureau.done()
        item._read.add(key)
    item.strings("sources", needed=False)
    return models.District(
        id=item.string("id"),
        name=item.text("name"),
        english_confirmed=item.flag("english_confirmed"),
        government=item.text("government"),
        website=item.string("website"),
        hotline=item.one_of("hotline", hotlines),
        bureaus=tuple(bureaus),
        unit=item.one_of("unit", units),
        aliases=item.strings("aliases"),
    )


def _elsewhere(item: Item) -> models.Elsewhere:
    return models.Elsewhere(
        item.string("id"), item.text("name"), item.strings("aliases"), item.flag("partner")
    )


def _route(
    item: Item, units: dict[str, models.Unit], contacts: dict[str, models.Contact]
) -> models.Route:
    destinations = []
    for entry in item.items("contacts", name="contact"):
        subject = entry.text("subject", needed=False)
        destinations.append(models.Destination(entry.one_of("contact", contacts), subject or None))
        entry.done()
    every = item.data.get("provisions") == "*"
    item._read.add("provisions")
    item.strings("sources", needed=False)
    route = models.Route(
        unit=item.one_of("unit", units),
        provisions=() if every else item.strings("provisions"),
        destinations=tuple(destinations),
        confirmed=item.flag("confirmed"),
    )
    item.done()
    return route


def _see_also(item: Item, contacts: dict[str, models.Contact]) -> models.SeeAlso:
    found = models.SeeAlso(
        item.strings("provisions"),
        item.one_of("contact", contacts),
        item.text("subject"),
        item.strings("sources"),
    )
    item.done()
    return found


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


def _topic(item: Item, helps: dict[str, models.Label]) -> models.Topic:
    return models.Topic(item.string("id"), item.text("name"), item.one_of("help", helps))


def _label(item: Item) -> models.Label:
    return models.Label(item.string("id"), item.text("name"))


def load_vocabulary(root: Path = ROOT) -> Vocabulary:
    """The words for mentors and projects alone, which takes no time. Raises ContentError."""
    mistakes = Mistakes()
    mistakes.traditional = _strings(mistakes, root / "zh-hant.yml", "overrides")
    vocabulary = _vocabulary(mistakes, root, None)
    if mistakes.found:
        raise ContentError(mistakes.found)
    return vocabulary


def _vocabulary(mistakes: Mistakes, root: Path, provisions: Collection[str] | None) -> Vocabulary:
    """That of the first folder; the shipped one where it has none. Its clauses must then exist."""
    own = (root / _VOCABULARY).exists()
    root = root if own else ROOT
    file = _open(mistakes, root, root / _VOCABULARY)
    clauses = Item(mistakes, f"{file.where}: clauses", file._get("clauses", dict, {}, True))
    for service in SERVICES:
        clause = clauses.string(service)
        if own and provisions is not None and clause and clause not in provisions:
            clauses.wrong(f"{service}: there is no provision {clause!r}")
    clauses.done()
    words: dict[Kind, dict[str, Word]] = {"fields": {}, "stages": {}, "tongues": {}}
    for kind, found in words.items():
        _collect(file, kind, _word, found)
    file.done()
    return Vocabulary(**words, clauses=dict(clauses.data))


def _word(item: Item) -> Word:
    return Word(item.string("id"), item.text("name"), read_words(item))


def _by_language(item: Item, key: str) -> tuple[str, ...]:
    """The questions of all languages as one list; the language is in the words themselves."""
    data = item._get(key, dict, {}, True)
    inner = Item(item.mistakes, f"{item.where}: {key}", data)
    found: list[str] = []
    for language in LANGUAGES:
        found += inner.strings(language, needed=language != "zh-Hant")
    inner.done()
    for question in sorted({q for q in found if found.count(q) > 1}):
        inner.wrong(f"the question {question!r} is there twice")
    return tuple(found)


def _collect(
    file: Item, key: str, read: Callable[[Item], _Entry], into: dict[str, _Entry], name: str = "id"
) -> None:
    for item in file.items(key, name=name):
        entry = read(item)
        identity = getattr(entry, name)
        if identity in into:
            item.wrong(f"{name}: {identity!r} is there twice")
        into[identity] = entry
        item.done()


def _read_file(
    mistakes: Mistakes,
    root: Path,
    path: Path,
    key: str,
    read: Callable[[Item], _Entry],
    into: dict[str, _Entry],
) -> None:
    """A file that is one list."""
    file = _open(mistakes, root, path)
    _collect(file, key, read, into, name="number" if key == "hotlines" else "id")
    file.done()


def _strings(mistakes: Mistakes, path: Path, key: str) -> dict[str, str]:
    if not path.exists():
        return {}
    data = mistakes.read(path, path.name).data.get(key) or {}
    if not isinstance(data, dict):
        mistakes.add(path.name, f"{key}: must be a mapping, is {type(data).__name__}")
        return {}
    return {str(k): str(v) for k, v in data.items()}


def _open(mistakes: Mistakes, root: Path, path: Path) -> Item:
    return mistakes.read(path, _shown(root, path))


def _shown(root: Path, path: Path) -> str:
    return str(Path(root.name) / path.relative_to(root))


def _folders(path: Path) -> list[Path]:
    return sorted(folder for folder in path.glob("*") if folder.is_dir())


def _hash(roots: Iterable[Path]) -> str:
    """A hash of every content file: the same content has the same version."""
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted([*root.rglob("*.yml"), *root.rglob("source.txt")]):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
