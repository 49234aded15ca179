"""Every relative link of the documents leads to a file of the tree, and to a heading of it; every file
and folder of the tree that they name is there."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:\.ci|client|cmake|deploy|docs|proto|server|tests)/[\w./*-]+)`")


def documents():
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md"),
            *ROOT.glob("tests/golden/*.md")]


def anchors(path):
    """As GitHub makes them of headings."""
    prose = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", prose, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def faults(document):
    for target in LINK.findall(document.read_text()):
        if re.match(r"\w+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        if not path.exists():
            yield f"{document.relative_to(ROOT)}: {target}: there is no such file"
        elif anchor and anchor not in anchors(path):
            yield f"{document.relative_to(ROOT)}: {target}: there is no such heading"
    if document.name == "CHANGELOG.md":
        return  # names what was there at the time
    for named in PATH.findall(document.read_text()):
        if not any(ROOT.glob(named.rstrip("/"))):
            yield f"{document.relative_to(ROOT)}: `{named}`: there is no such file"


def main():
    found = [fault for document in documents() for fault in faults(document)]
    print("\n".join(found) or f"the links of {len(documents())} documents lead somewhere")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
