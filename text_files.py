"""Text files as Danish data teams save them: which encoding, which separator, which rows.

Here: what registers, participant lists and catalogue files in CSV have in common. Not here: what their columns mean,
nor which error a fault becomes (`NotText` says what and how to mend; the caller knows whose file it is).
"""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Encoding = Literal["utf-8-sig", "cp1252"]
CHUNK = 1 << 22
SEPARATORS = ";,\t"
UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
LETTER_IN_UTF8 = re.compile(b"\xc3[\x80-\xbf]")
"""A Danish letter (or another of Latin-1) in UTF-8; in Windows-1252 an Ã before a sign, which no language writes."""


class NotText(ValueError):  # noqa: N818 - it names what the file is not
    """The file is not readable text: ``what`` is wrong and how to ``mend`` it, never what stands in the file."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


@dataclass(frozen=True)
class TextTable:
    """A small table of text: ``names`` (stripped, lower case), ``rows`` of (row number, cells), and the separator.

    The header is row 1. Cells are stripped and null when blank; each row has a cell a name; wholly blank rows are left
    out. ``too_long`` holds the numbers of rows with more filled cells than there are names.
    """

    names: list[str]
    rows: list[tuple[int, list[str | None]]]
    too_long: list[int]
    separator: str = ","

    def column(self, name: str) -> list[str | None]:
        """Return the cells of column ``name``, one a row."""
        at = self.names.index(name)
        return [cells[at] for _, cells in self.rows]

    @property
    def doubled(self) -> list[str]:
        """The column names that stand twice or more, in any case of letters."""
        return sorted({name for name in self.names if name and self.names.count(name) > 1})


def encoding_of(path: Path) -> Encoding:
    """Return how ``path`` is encoded, reading it once in bounded memory.

    UTF-8 (with or without a byte order mark) if every byte fits, else Windows-1252. Raises `NotText` for a file with
    zero bytes in it (a Parquet or SAS file renamed, UTF-16), with bytes that neither encoding knows, or with letters
    in both: files of two systems put together, of which one half would be read wrong.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, western, letters, last = True, True, False, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if b"\0" in chunk:
                raise NotText("the file is not text, whatever its name says", "export it again as CSV in UTF-8")
            letters = letters or LETTER_IN_UTF8.search(last + chunk) is not None
            last = chunk[-1:]
            western = western and len(chunk.translate(None, UNDEFINED_IN_CP1252)) == len(chunk)
            if utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    utf8 = False
    try:
        decoder.decode(b"", final=utf8)
    except UnicodeDecodeError:
        utf8 = False
    if not utf8 and letters:
        raise NotText("some of the text is in UTF-8 and some in Windows-1252", "export it again, all of it in UTF-8")
    if not utf8 and not western:
        raise NotText("the text is neither UTF-8 nor Windows-1252", "export it again as CSV in UTF-8")
    return "utf-8-sig" if utf8 else "cp1252"


def separator_of(header: str) -> str:
    """Return the separator of a header line: the one of ``;``, ``,`` and tab that occurs most outside quotes."""
    bare = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=bare.count) if any(mark in bare for mark in SEPARATORS) else ","


def table_of(records: list[list[str | None]], separator: str = ",") -> TextTable:
    """Make a `TextTable` of raw ``records``; the first one that is not blank is the header."""
    cleaned = [[(cell or "").strip() or None for cell in record] for record in records]
    filled = [(number, cells) for number, cells in enumerate(cleaned, start=1) if any(cells)]
    if not filled:
        raise NotText("the file is empty", "give it a header line and one line a row")
    (_, header), *body = filled
    width = len(header)
    return TextTable(
        names=[(name or "").lower() for name in header],
        rows=[(number, (cells + [None] * width)[:width]) for number, cells in body],
        too_long=[number for number, cells in body if any(cells[width:])],
        separator=separator,
    )


def read_table(path: Path) -> TextTable:
    """Read a small CSV file whole; raises `NotText` when it is empty, not text or wrongly quoted."""
    text = path.read_text(encoding=encoding_of(path))
    separator = separator_of(next((line for line in text.splitlines() if line.strip()), ""))
    try:
        records: list[list[str | None]] = [list(row) for row in csv.reader(text.splitlines(True), delimiter=separator)]
    except csv.Error as error:
        raise NotText("the quotation marks do not pair up", "put a whole field in quotation marks") from error
    return table_of(records, separator)
