"""What documents are about, and what of it a sentence asks."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.documents import Document
from nlp.gathered import Gathered
from nlp.index import Index
from nlp.meanings import Meanings, Meant
from nlp.pieces import Letters
from nlp.reading import concepts_in

ID_CARD = Document("A", "身份证补领", (("name", "身份证补领"), ("phrasing", "身份证丢了")))
HUKOU = Document(
    "B",
    "户口登记",
    (("name", "户口登记"), ("alias", "上户口"), ("material", "身份证"), ("material", "户口簿")),
)


@pytest.fixture(scope="module")
def index() -> Index:
    """Two items: one is about identity cards, one but asks for them."""
    return Index.build([ID_CARD, HUKOU], elsewhere=())


def shared(index: Index, said: str) -> Meant:
    """What both documents share with a sentence."""
    asked = index.vocabulary.concepts.bag(dict.fromkeys(concepts_in(Letters.of([said])), 1.0))
    return index.meanings.shared(np.arange(2, dtype=np.int32), asked)


def test_a_thing_named_outweighs_one_asked_for(index: Index) -> None:
    """Every item wants an identity card; that does not make it one."""
    thing = shared(index, "身份证").thing

    assert thing.tolist() == pytest.approx([1.0, 0.2])


def test_an_act_that_comes_later_is_called_or_left_uncalled(index: Index) -> None:
    """Whoever says 丢了要补 means the second time; whoever does not, hardly does."""
    asked, unasked = shared(index, "身份证补领"), shared(index, "身份证")

    assert (asked.called.tolist(), asked.uncalled.tolist()) == ([True, False], [False, False])
    assert (unasked.called.tolist(), unasked.uncalled.tolist()) == ([False, False], [True, False])


def test_a_name_that_is_told_whole_is_told_wholly(index: Index) -> None:
    """And none of a name is told by what only the papers of its item name."""
    assert shared(index, "身份证补领").named.tolist() == pytest.approx([1.0, 0.0])
    assert shared(index, "天气").named.tolist() == [0.0, 0.0]


def test_what_no_document_speaks_of_takes_its_share(index: Index) -> None:
    """身份证 is half of 身份证 and 残疾证: the other half is not had here."""
    alone, beside = shared(index, "身份证"), shared(index, "身份证残疾证")

    assert 0 < beside.thing[0] < alone.thing[0]


def test_the_concepts_of_a_name_can_be_read(index: Index) -> None:
    """The question back asks by them."""
    assert index.meanings.named(0) == frozenset(concepts_in(Letters.of([ID_CARD.name])))


def test_without_documents_there_is_no_meaning() -> None:
    """A county without items starts, too."""
    told = Gathered.of([], ())

    assert Meanings.build(told, 0).counts().size == 0


def test_a_catalogue_is_read_as_people_write_whatever_its_script() -> None:
    """A county may keep its items in full-width letters and in lines that break."""
    wide = Document("A", "身份證補領", (("name", "身份證補領"), ("alias", "ＩＤ卡\n補辦")))
    plain = Document("A", "身份證補領", (("name", "身份证补领"), ("alias", "id卡 补办")))

    assert wide.fields == plain.fields
    assert Index.build([wide], elsewhere=()).phrases.said == ("身份证补领", "id卡 补办")
