"""Reads a page as a person does."""

from html.parser import HTMLParser


def plain(html: str) -> str:
    """Write a page with the spaces and the dashes of a keyboard."""
    return html.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")


class Reader(HTMLParser):
    """Reads a page as a person does: its words, its headings, the cells of its rows."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.title = ""
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.times: list[tuple[str, str]] = []
        self.addresses: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(html)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs) -> None:
        values = dict(attrs)
        self.attributes |= set(values)
        self.addresses += [values[name] for name in ("href", "src", "action") if name in values]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in {"h1", "h2"}:
            self.headings.append("")
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag == "time":
            self.times.append((values["datetime"], ""))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        text = " ".join(data.split())
        if "title" in self.open:
            self.title += text
        if not text or "title" in self.open:
            return
        self.words.append(text)
        if {"h1", "h2"} & set(self.open):
            self.headings[-1] += text
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()
        if self.open[-1] == "time":
            self.times[-1] = (self.times[-1][0], text)

    @property
    def text(self) -> str:
        return " ".join(self.words)
