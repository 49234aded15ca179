"""A page of documentation as its test sees it: commands with what they print, and files.

What a block is follows from its fence and from marks, HTML comments that stand directly above it:

    ```console                  lines that begin with "$ " are typed ("> " goes on with one), what
                                follows them is printed. A line "..." stands for any lines, "..."
                                within a line for any text. A command fails where the page shows an
                                error of it ("strata: ..."), and only there.
    ```text                     shown, not typed
    <!-- printed by: COMMAND -->  what a command prints once the rest of the page has run
    <!-- file: NAME -->         the block is a file that the reader saves under this name
    <!-- needs: PROGRAM ... --> left out, and counted, where one of the programs is missing
    <!-- not run: REASON -->    left out, and counted

Nothing else may stand on a page: a block of another language without a mark, or an indented one,
could hold a command that nobody runs.
"""

import dataclasses
import difflib
import re

FENCE = re.compile(r"```(\S*)\s*$")
MARK = re.compile(r"<!-- (file|needs|not run|printed by): (.+?) -->\s*$")
ANY = "..."


class PageError(Exception):
    """A page that does not keep to the rules above; says the line."""


@dataclasses.dataclass
class Command:
    line: int  # in the page, from 1
    text: str
    expected: list[str]

    def fails(self):
        return any(line.startswith(("strata: ", "stratad: ")) for line in self.expected)


@dataclasses.dataclass
class Block:
    line: int  # of its first line within the fence, from 1
    language: str
    body: list[str]
    marks: dict[str, str]
    length: int = 0  # lines of the page

    def commands(self):
        """Of a console block."""
        commands = []
        for number, line in enumerate(self.body, self.line):
            if line.startswith("$ "):
                commands.append(Command(number, line[2:], []))
            elif not commands:
                raise PageError(f"line {number}: a console block begins with a command")
            elif line.startswith("> ") and not commands[-1].expected:
                commands[-1].text += "\n" + line[2:]
            else:
                commands[-1].expected.append(line)
        return commands


def render(commands):
    """The body of a console block."""
    body = []
    for command in commands:
        first, *more = command.text.split("\n")
        body += ["$ " + first, *("> " + line for line in more), *command.expected]
    return body


def parse(text):
    """The blocks of a page, from the top down."""
    blocks, block, marks = [], None, {}
    previous = ""
    for number, line in enumerate(text.split("\n"), 1):
        if block is not None:
            if line.rstrip() == "```":
                block.length = len(block.body)
                blocks.append(block)
                block, marks = None, {}
            else:
                block.body.append(line)
        elif match := FENCE.match(line):
            block = Block(number + 1, match[1], [], marks)
            check(block)
        elif match := MARK.match(line):
            marks[match[1]] = match[2]
        elif marks:
            raise PageError(f"line {number}: a mark stands directly above its block")
        elif line.startswith("    ") and not previous.strip():
            raise PageError(f"line {number}: an indented block; fence it")
        previous = line
    if block is not None:
        raise PageError(f"line {block.line}: a block that does not end")
    return blocks


def check(block):
    if block.language == "":
        raise PageError(f"line {block.line}: a block without a language")
    shown = {"file", "not run", "printed by"} & block.marks.keys()
    if not shown and block.language not in ("console", "text"):
        raise PageError(f"line {block.line}: a block of {block.language} is neither a file nor "
                        "marked as not run")


def line_matches(expected, actual):
    pattern = ".*?".join(re.escape(part) for part in expected.rstrip().split(ANY))
    return re.fullmatch(pattern, actual.rstrip()) is not None


def matches(expected, actual):
    """Whether the lines `actual` are what the page says."""
    e = a = 0
    resume = None  # the last "...", and the line behind what it stands for
    while a < len(actual):
        if e < len(expected) and expected[e] == ANY:
            resume = (e, a)
            e += 1
        elif e < len(expected) and line_matches(expected[e], actual[a]):
            e, a = e + 1, a + 1
        elif resume is not None:
            resume = (resume[0], resume[1] + 1)
            e, a = resume[0] + 1, resume[1]
        else:
            return False
    return all(line == ANY for line in expected[e:])


def refreshed(expected, actual):
    """`actual`, left out where the page left lines out: what the page should say."""
    if matches(expected, actual):
        return expected
    pairs = difflib.SequenceMatcher(None, [shape(line) for line in expected],
                                    [shape(line) for line in actual], autojunk=False)
    result = []
    for operation, e1, e2, a1, a2 in pairs.get_opcodes():
        old, new = expected[e1:e2], actual[a1:a2]
        if operation == "equal":
            result += [o if line_matches(o, n) else n for o, n in zip(old, new)]
        elif ANY in old:
            head = old.index(ANY)
            tail = old[::-1].index(ANY)
            if head + tail <= len(new):
                new = new[:head] + [ANY] + new[len(new) - tail:]
            result += new
        elif operation == "insert" and ANY in expected[max(e1 - 1, 0):e1 + 1]:
            pass  # next to lines that are left out
        else:
            result += new
    return result if matches(result, actual) else actual


def shape(line):
    """What stays of a line when its figures, and so the widths of its columns, change."""
    return line if line == ANY else re.sub(r"[\d.,%+-]+", "0", re.sub(r"[\s─-]+", " ", line)).strip()


def difference(expected, actual):
    return "\n".join(difflib.unified_diff(expected, actual, "the page", "printed", lineterm=""))
