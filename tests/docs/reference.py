"""The pages of docs/reference, made of what the programs and the contract say of themselves.

    reference.py --build build/release            # compares the pages with that
    reference.py --build build/release --update   # writes them
"""

import argparse
import difflib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
NOTE = "Made by `tests/docs/reference.py` of what {} says; a test holds it against that.\n"


def table(header, rows):
    def line(cells):
        return "| " + " | ".join(cells) + " |"
    cell = lambda text: text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    return "\n".join([line(header), line("---" for _ in header),
                      *(line(cell(text) for text in row) for row in rows)]) + "\n"


def word(name, prefix):
    """"money" of VALUE_TYPE_MONEY."""
    return name.removeprefix(prefix).lower()


class Programs:
    """The built strata and stratad, and a workspace that has nothing but defaults."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self.strata("workspace", "create", "reference")

    def strata(self, *arguments):
        return self.run("client/strata", "--data-dir", self.folder, *arguments)

    def run(self, program, *arguments):
        return subprocess.run([self.build / program, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE, env={"LANG": "C.UTF-8"}).stdout

    def json(self, *arguments):
        return json.loads(self.strata("-w", "reference", "-o", "json", *arguments))


def kpis(programs):
    listed = programs.json("kpi", "list")["kpis"]
    text = ("# KPIs\n\n" + NOTE.format("`strata kpi list`") +
            f"\n{len(listed)} KPIs. `strata kpi explain KPI` shows one with its figures; an additive one may be\n"
            "added up over groups. A version tells that a definition has changed.\n")
    for family in dict.fromkeys(kpi["family"] for kpi in listed):
        rows = [(f"`{k['id']}`", k["name"], k["unit"] or word(k["type"], "VALUE_TYPE_"),
                 "yes" if k["additivity"] == "ADDITIVITY_ADDITIVE" else "", k["version"],
                 ". ".join(filter(None, [k["formula"], k["notes"]])))
                for k in listed if k["family"] == family]
        text += f"\n## {family}\n\n" + table(
            ("KPI", "name", "unit", "additive", "version", "formula, notes"), rows)
    return text


def fields(programs):
    listed = programs.json("kpi", "fields")["fields"]
    text = ("# Fields\n\n" + NOTE.format("`strata kpi fields`") +
            f"\n{len(listed)} fields. All of them filter ([the language](../filters.md)); those that say so group. A\n"
            "*current* field has the value of today whatever `as_of` is. Every segment of a workspace is a field as\n"
            "well, `segment:ID`.\n")
    for grain in dict.fromkeys(field["grain"] for field in listed):
        rows = [(f"`{f['id']}`", word(f["type"], "VALUE_TYPE_"), f["unit"],
                 "yes" if f["groupable"] else "", "yes" if f["currentValue"] else "", f["meaning"])
                for f in listed if f["grain"] == grain]
        text += f"\n## Of each {word(grain, 'GRAIN_').replace('_', ' ')}\n\n" + table(
            ("field", "type", "unit", "groups", "current", "meaning"), rows)
    return text


def reasons(_):
    """errors.proto heads each group of reasons with the codes of their calls, in capitals."""
    source = (ROOT / "proto/strata/v1/errors.proto").read_text()
    head, _, body = source.partition("enum ErrorReason {")
    about = " ".join(re.findall(r"^// ?(.*)$", head.split("package strata.v1;")[1], re.M)[-2:])
    text = "# Error reasons\n\n" + NOTE.format(
        "`proto/strata/v1/errors.proto`, and `server/ingest/reason.h` of records,") + (
        "\nEvery failed call carries a `google.rpc.Status` in the trailer `grpc-status-details-bin`: an `ErrorInfo` of\n"
        "the domain `strata` with one of these reasons and its metadata, a `BadRequest` for INVALID_ARGUMENT, a\n"
        f"`RetryInfo` for RESOURCE_EXHAUSTED. {about}\n")
    groups, comment = {}, []
    for line in body.split("\n"):
        value = re.match(r"\s*ERROR_REASON_(\w+) = \d+;\s*(?://\s*(.*))?", line)
        if said := re.match(r"\s*//\s*(.*)", line):
            if re.fullmatch(r"[A-Z_]+(, [A-Z_]+)*", said[1]):
                rows = groups.setdefault(said[1], [])
            else:
                comment.append(said[1])
        elif value and groups:
            rows.append((f"`{value[1]}`", " ".join(comment + [value[2] or ""]).strip()))
            comment = []
    for codes, rows in groups.items():
        text += f"\n## {codes}\n\n" + table(("reason", "says"), rows)
    # The names stand in the order of the enumeration, whose comments say what they mean.
    said = re.findall(r"^  k\w+,\s*// (.*)$", (ROOT / "server/ingest/reason.h").read_text(), re.M)
    source = (ROOT / "server/ingest/reason.cc").read_text()
    names = re.findall(r'"(\w+)"', re.search(r"kNames\[\] = \{(.*?)\}", source, re.S)[1])
    return text + ("\n## Of a record\n\nA record that is refused has one of these as its `RecordError.reason`, with the path of "
                   "its field.\n\n" +
                   table(("reason", "says"), zip((f"`{n}`" for n in names), said, strict=True)))


RECORDS = ("Customer", "Order", "OrderLine", "Ticket", "Contract", "Survey", "Deletion")
TYPES = {"google.protobuf.Timestamp": "time", "google.protobuf.FieldMask": "field mask", "bool": "yes or no",
         "string": "text", "int32": "whole number", "int64": "whole number", "double": "number"}


def records(_):
    """Each message of a record: its fields with the comments above and beside them."""
    source = (ROOT / "proto/strata/v1/records.proto").read_text()
    about = re.sub(r"^// ?", "", re.search(r"((?://.*\n)+)\nmessage", source.replace("//\n", "// \n"))[1],
                   flags=re.M)
    text = ("# Records\n\n" + NOTE.format("`proto/strata/v1/records.proto`") +
            "\nThe names are those of protobuf, of JSON lines (also `inCamelCase`) and, without `_micros` and in\n"
            f"currency units, of the columns of a mapping ([mapping.md](../mapping.md)).\n\n{about}")
    for name in RECORDS:
        body = re.search(rf"^message {name} \{{\n(.*?)^\}}", source, re.M | re.S)[1]
        rows, comment = [], []
        for line in body.split("\n"):
            field = re.match(r"  (optional |repeated )?(\S.*?) (\w+) = \d+;\s*(?://\s*(.*))?", line)
            if said := re.match(r"  //\s*(.*)", line):
                comment.append(said[1])
            elif field and not line.startswith("  reserved"):
                kind = TYPES.get(field[2], field[2])
                rows.append((f"`{field[3]}`", kind + (", any number" if field[1] == "repeated " else ""),
                             " ".join(comment + [field[4] or ""]).strip()))
                comment = []
        text += f"\n## {name}\n\n" + table(("field", "type", "meaning"), rows)
    return text


def flags(help_text, groups):
    """(flag, description) of the help's `groups`, whatever lines they are broken into."""
    rows, group = [], None
    for line in help_text.split("\n"):
        if re.match(r"\S.*:$", line):
            group = line[:-1]
        elif group not in groups:
            continue
        elif flag := re.match(r"  (-\S.*?)(?:\s{2,}(.*))?$", line):
            rows.append([flag[1], flag[2] or ""])
        elif line.startswith("    ") and rows:
            rows[-1][1] = (rows[-1][1] + " " + line.strip()).strip()
    return [(f"`{flag}`", text) for flag, text in rows if not flag.startswith("-h,")]


def settings(programs):
    workspace = flags(programs.strata("workspace", "create", "--help"), ("Options",))
    server = flags(programs.run("server/stratad", "--help"), ("Options",))
    return ("# Settings\n\n" + NOTE.format("`--help`") +
            "\nIn brackets is what holds where nothing is said.\n\n## Of a workspace\n\n"
            "Flags of `strata workspace create` and `update`; `strata workspace show` prints what holds. The message\n"
            "`Workspace` of `proto/strata/v1/workspace_service.proto` has them for programs.\n\n" +
            table(("flag", "what it sets"), workspace) +
            "\n## stratad\n\n"
            "The same settings stand in a file of `--config` (`deploy/strata.textproto` is one); flags win over it.\n\n" +
            table(("flag", "what it sets"), server))


PAGES = {"kpis.md": kpis, "fields.md": fields, "records.md": records, "reasons.md": reasons,
         "settings.md": settings}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="a build folder [build/release]")
    parser.add_argument("--update", action="store_true", help="write the pages")
    arguments = parser.parse_args()
    true = True
    with tempfile.TemporaryDirectory(prefix="strata-reference-") as folder:
        programs = Programs(arguments.build.resolve(), folder)
        for name, make in PAGES.items():
            made, page = make(programs), FOLDER / name
            if arguments.update:
                page.parent.mkdir(exist_ok=True)
                page.write_text(made)
            elif not page.exists() or page.read_text() != made:
                true = False
                stands = page.read_text() if page.exists() else ""
                print("\n".join(difflib.unified_diff(stands.split("\n"), made.split("\n"),
                                                     str(page), "made of the programs",
                                                     lineterm="")))
    print("docs/reference is " + ("written" if arguments.update else "true" if true else
                                  "stale: tests/docs/update.sh writes it"))
    sys.exit(0 if true else 1)


if __name__ == "__main__":
    main()
