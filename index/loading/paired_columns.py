"""Does the first row of a table of two columns name them? Such a table may as well hold names on
the left and values on the right, line by line, or words and their translations.

So the first row must be unlike what stands below it on the left, where the names of a form would
all be alike, or hold two words that columns are called. A form may hold such pairs side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.loading.column_names import PLAIN_NAME_CHARS, Row, Shape, shape_of

_SAMPLE_ROWS = 60
_LEAST_ROWS = 3  #: below that a column's cells may be alike by chance
_WORD = re.compile(r"[^\W\d_]+")
_ASIDE = re.compile(r"[(\[].*")
_LAST_FIGURE = re.compile(r"\s\d+$")
_OF = frozenset("of de du des del della di da von van der per pro in".split())

#: What people call columns, in the languages whose files are most often met.
_COLUMN_WORDS = frozenset(
    """
    action address after age amount answer area author balance before capital category cause city
    client code colour color comment comments company contact cost count country currency customer
    date day deadline definition department description due duration email employee end event
    expense extension field file group hours id income item key language link location mail meaning
    member mobile model month name names new no note notes number old owner parameter percent person
    phone place position postcode price product project qty quantity question rate rating reason
    region remarks responsible role room salary score setting size sku start state status street
    subject supplier surname symbol task team telephone term time title topic total town translation
    type unit url user value vendor version website weight what when where who word year zip
    abteilung adresse anschrift ansprechpartner antwort anzahl art artikel aufgabe bedeutung
    begriff bemerkung beruf beschreibung betrag bezeichnung datum dauer einheit ende farbe firma
    frage gegenstand gehalt gewicht größe gruppe handy hersteller jahr kategorie kommentar kosten
    kunde land lieferant menge mitglied modell monat nachname notiz nr nummer ort plz position
    preis produkt projekt raum rolle sprache stadt standort straße stunden summe tag
    telefon thema titel typ uhrzeit verein vorname wert wort währung zeit zimmer zweck übersetzung
    année catégorie couleur courriel coût description durée définition fournisseur groupe heure
    jour langue lieu modèle mois montant mot nom pays poids prix produit prénom quantité remarque
    réponse rue salle sens statut société taille titre traduction tâche téléphone unité valeur
    ville numéro adresse
    apellido artículo año calle cantidad categoría ciudad cliente comentario correo coste costo
    descripción dirección duración día empresa estado fecha grupo hora idioma importe lugar mes
    modelo nombre nota número país palabra peso precio pregunta producto proveedor puesto respuesta
    significado tamaño tarea teléfono tipo título unidad valor
    azienda città cognome colore costo data descrizione domanda durata indirizzo lingua luogo mese
    nome numero paese parola prezzo prodotto quantità risposta significato telefono titolo unità
    valore via
    adres antwoord bedrag betekenis bedrijf categorie eenheid functie gewicht grootte jaar klant
    kleur leverancier maand naam omschrijving plaats prijs straat taal telefoonnummer vraag waarde
    woord
    """.casefold().split()
)


def heads_pair(row: Row, body: Sequence[Row]) -> bool:
    """True when two short words head two columns and are unlike what these hold."""
    sample = body[:_SAMPLE_ROWS]
    columns = sorted(set(row).union(*sample))
    if len(columns) != 2 or len(row) != 2:
        return False
    left, right = ([other[place].text for other in sample if place in other] for place in columns)
    names = [row[place].text for place in columns]
    if min(len(left), len(right)) < 0.5 * len(sample) or any(text.endswith(":") for text in left):
        return False
    if names[0] in left or names[1] in right:
        return False
    if any(len(name) > PLAIN_NAME_CHARS or shape_of(name) is not Shape.WORDS for name in names):
        return False
    return _are_called_so(names, [*left, *right]) or _are_unlike(names, left, right)


def _are_called_so(names: Sequence[str], below: Sequence[str]) -> bool:
    """True when both names are common ones, and not above a list of such words."""
    listed = sum(map(is_column_word, below))
    return all(map(is_column_word, names)) and listed <= 0.5 * len(below)


def _are_unlike(names: Sequence[str], left: Sequence[str], right: Sequence[str]) -> bool:
    if any(map(is_column_word, left)):
        return False  # a form's left side says such words
    changes = _changes_case(names[0], left)
    return (
        _are_data(left)
        or (changes and (_changes_case(names[1], right) or len(left) >= _LEAST_ROWS))
        or (len(right) >= _LEAST_ROWS and _are_alike(right))
    )


def is_form(rows: Sequence[Row]) -> bool:
    """True when the first and third columns hold labels, and the values stand beside them:
    ``Surname: | Okafor | First name: | Ngozi``."""
    sample = rows[:_SAMPLE_ROWS]
    columns = sorted(set().union(*sample))
    if len(sample) < 2 or len(columns) < 4 or not {columns[0], columns[2]} <= set(sample[0]):
        return False
    beside = [sample[0][place].text for place in columns[1:4:2] if place in sample[0]]
    # Where all four are words that columns are called, they name columns, of a list of fields say.
    return not all(map(_is_label, beside)) and all(
        _are_labels([row[place].text for row in sample if place in row]) for place in columns[:3:2]
    )


def _are_labels(texts: Sequence[str]) -> bool:
    first, *below = texts
    if not first.endswith(":") and first not in below and len(set(below)) < len(below):
        return False  # "number", "date", "number" below "Type" are data
    return _is_label(first) and 2 * sum(map(_is_label, texts)) > len(texts)


def _is_label(text: str) -> bool:
    return text.endswith(":") or is_column_word(text)


def is_column_word(text: str) -> bool:
    """True for what columns are often called: ``Name``, ``Delivery date``, ``Prix de vente``."""
    if len(text) > PLAIN_NAME_CHARS:
        return False
    words = [word.casefold() for word in _WORD.findall(_ASIDE.sub("", text) or text)]
    words = ["".join(words)] if words == ["e", "mail"] else words
    if not words:
        return False
    first = len(words) > 1 and words[1] in _OF and words[0] in _COLUMN_WORDS
    return first or words[-1] in _COLUMN_WORDS


def _are_data(texts: Sequence[str]) -> bool:
    """True when hardly a cell is mere words, and no ``Line 1, Line 2`` of a form."""
    if sum(shape_of(text) is not Shape.WORDS for text in texts) < 0.8 * len(texts):
        return False
    stems = [_LAST_FIGURE.sub("", text) for text in texts if _LAST_FIGURE.search(text)]
    return bool(texts) and len(set(stems)) == len(stems)


def _are_alike(texts: Sequence[str]) -> bool:
    """True for a column of nothing but addresses, links or sentences."""
    shapes = {shape_of(text) for text in texts}
    return len(shapes) == 1 and not shapes & {Shape.WORDS, Shape.FIGURES}


def _changes_case(name: str, below: Sequence[str]) -> bool:
    """True when a capital heads words without, or the other way round."""
    cases = {text[0].isupper() for text in below if text[0].isalpha()}
    return cases == {not name[0].isupper()} and len(below) > 1
