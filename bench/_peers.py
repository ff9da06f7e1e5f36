"""What one would find items with otherwise: each tool alone, over names, aliases and phrasings as one text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import bm25s
import jieba
import numpy as np
from rapidfuzz import fuzz, process

from nlp.text import grams

DEPTH = 10

Finder = Callable[[str], list[str]]
Words = Callable[[str], list[str]]


@dataclass(frozen=True)
class Peer:
    """One way to find items: how its index is built from keys and texts."""

    name: str
    build: Callable[[Sequence[str], Sequence[str]], Finder]


def with_bm25s(words: Words) -> Callable[[Sequence[str], Sequence[str]], Finder]:
    """bm25s over the given pieces."""

    def build(keys: Sequence[str], texts: Sequence[str]) -> Finder:
        index = bm25s.BM25()
        index.index([words(text) for text in texts], show_progress=False)

        def find(query: str) -> list[str]:
            pieces = [piece for piece in words(query) if piece in index.vocab_dict]
            if not pieces:
                return []
            scores = index.get_scores(pieces)
            return [keys[i] for i in np.argsort(-scores)[:DEPTH]]

        return find

    return build


def with_wratio(keys: Sequence[str], texts: Sequence[str]) -> Finder:
    """WRatio of rapidfuzz against every text."""

    def find(query: str) -> list[str]:
        return [keys[i] for _, _, i in process.extract(query, texts, scorer=fuzz.WRatio, limit=DEPTH)]

    return find


def with_fts5(keys: Sequence[str], texts: Sequence[str]) -> Finder:
    """SQLite FTS5 over pairs of characters."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE item USING fts5(text)")
    base.executemany("INSERT INTO item VALUES (?)", ((" ".join(_pairs(text)),) for text in texts))

    def find(query: str) -> list[str]:
        asked = " OR ".join(f'"{pair}"' for pair in _pairs(query))
        if not asked:
            return []
        rows = base.execute(
            "SELECT rowid FROM item WHERE item MATCH ? ORDER BY bm25(item) LIMIT ?", (asked, DEPTH)
        )
        return [keys[row - 1] for (row,) in rows]

    return find


def with_tantivy(keys: Sequence[str], texts: Sequence[str]) -> Finder:
    """Tantivy over the words that jieba cuts."""
    tantivy = import_module("tantivy")
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("text", tokenizer_name="whitespace")
    schema.add_unsigned_field("place", stored=True)
    index = tantivy.Index(schema.build())
    writer = index.writer(num_threads=1)
    for place, text in enumerate(texts):
        writer.add_document(tantivy.Document(text=" ".join(jieba.cut(text)), place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(query: str) -> list[str]:
        words = [word for word in jieba.cut(query) if word.strip()]
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "text", word)) for word in words
        ]
        if not terms:
            return []
        hits = searcher.search(tantivy.Query.boolean_query(terms), DEPTH).hits
        return [keys[searcher.doc(address)["place"][0]] for _, address in hits]

    return find


def _pairs(text: str) -> list[str]:
    return [gram for gram in grams(text) if len(gram) > 1]


PEERS = (
    Peer("jieba + bm25s", with_bm25s(lambda text: list(jieba.cut(text)))),
    Peer("char 1+2-gram + bm25s", with_bm25s(grams)),
    Peer("rapidfuzz WRatio", with_wratio),
    Peer("SQLite FTS5 char pairs", with_fts5),
    *((Peer("tantivy jieba words", with_tantivy),) if find_spec("tantivy") else ()),
)
