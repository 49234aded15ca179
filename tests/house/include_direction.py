#!/usr/bin/env python3
"""Holds every #include of the tree against the dependency direction of the house.

The CMake targets enforce it by PRIVATE links; this test also catches headers that need no link, and
names the line, and a _test.cc that holds no test. Each run first plants violations of every rule in
a folder of its own and expects to find them.
"""

import pathlib
import re
import sys
import tempfile

# The floors of analytics, from the ground up: each sees those before it. catalogue.cc, on the roof, sees
# them all.
FLOORS = ["stats", "facts", "classes", "fields", "filter", "segment", "kpi", "insight"]
GROUND = ["server/base", "server/domain", "server/image"]
ANALYTICS = {
    f"server/analytics/{floor}":
        [*GROUND, *(f"server/analytics/{below}" for below in FLOORS[:place])]
    for place, floor in enumerate(FLOORS)
}
ANALYTICS["server/analytics"] = [*GROUND, *ANALYTICS]
BELOW_RPC = [
    *GROUND, *ANALYTICS, "server/store", "server/ingest", "server/workspace"]

# Rules about text and values that both programs go by, and that stand in the server's rooms yet.
CLI_DOMAIN = [
    f"server/domain/{name}.h"
    for name in ("currency", "money", "nearest_names", "quantity", "settings", "status_key",
                 "unicode")]

# Which folders of server/ a folder may see. A folder always sees itself. What the tests of a room share
# lies in its testing/ folder, which sees what the room sees.
SEES = {
    "server/base": [],
    "server/domain": ["server/base"],
    "server/image": ["server/base", "server/domain"],
    **ANALYTICS,
    "server/store": ["server/base", "server/domain"],
    "server/ingest": ["server/base", "server/domain", "server/store", "server/image"],
    "server/workspace": [
        "server/base", "server/domain", "server/store", "server/image", "server/ingest"],
    "server/rpc/convert": [*BELOW_RPC],
    "server/rpc/transport": [*BELOW_RPC, "server/rpc/convert"],
    "server/rpc/services": [*BELOW_RPC, "server/rpc/convert", "server/rpc/transport"],
    # server.*, which puts the services on a socket
    "server/rpc": [
        *BELOW_RPC, "server/rpc/convert", "server/rpc/transport", "server/rpc/services"],
    # main.cc and config.*
    "server": ["server/base", "server/domain", "server/rpc", "server/rpc/transport/log.h"],
    "client/include": [],
    "client/src": ["client/include"],
    "client/mocks": ["client/include"],
    "client/examples": ["client/include"],
    # What files become records by, strata::import: no messages but records.proto, no other room.
    "client/cli/base": CLI_DOMAIN,
    "client/cli/import/values": ["client/cli/base", *CLI_DOMAIN],
    "client/cli/import/csv": ["client/cli/base", "client/cli/import/values", *CLI_DOMAIN],
    "client/cli/import/mapping": [
        "client/cli/base", "client/cli/import/values", "client/cli/import/csv", *CLI_DOMAIN],
    "client/cli/import/propose": [
        "client/cli/base", "client/cli/import/values", "client/cli/import/csv",
        "client/cli/import/mapping", *CLI_DOMAIN],
    "client/cli/import": [
        "client/cli/base", "client/cli/import/values", "client/cli/import/csv",
        "client/cli/import/mapping", "client/cli/import/propose", *CLI_DOMAIN],
    # Answers as text, csv and JSON: no messages but types.proto.
    "client/cli/present": ["client/cli/base", *CLI_DOMAIN],
    # --data-dir runs the server inside the CLI's process.
    "client/cli/program": [
        "client/include", "client/cli/base", "client/cli/present", *CLI_DOMAIN,
        "server/base/error.h", "server/base/exit_code.h", "server/base/host_port.h",
        "server/base/standard_streams.h", "server/rpc/server.h",
        "server/workspace/migrate_folder.h"],
    # The questions; one may show what another has.
    "client/cli/ask": [
        "client/include", "client/cli/base", "client/cli/present", "client/cli/program",
        *CLI_DOMAIN],
    "client/cli/import/command": [
        "client/include", "client/cli/base", "client/cli/present", "client/cli/program",
        "client/cli/import", "client/cli/import/values", "client/cli/import/csv",
        "client/cli/import/mapping", "client/cli/import/propose", *CLI_DOMAIN],
    "client/cli/demo": [
        "client/include", "client/cli/base", "client/cli/present", "client/cli/program",
        "client/cli/import/command", "client/cli/import", "client/cli/import/csv",
        "client/cli/import/mapping"],
}

# Headers that are generated or from outside, and the only places that may include them (path prefixes).
ROOMS = [
    (re.compile(r"sqlite3(ext)?\.h$"), ["server/store/sqlite/", "client/cli/import/"]),
    (re.compile(r"(grpcpp|grpc|grpc\+\+)/|.*\.grpc\.pb\.h$"),
     ["server/rpc/", "server/main.cc", "client/"]),
    (re.compile(r".*\.pb\.h$|google/protobuf/"), ["server/rpc/", "server/config", "client/"]),
    (re.compile(r"strata/v1/(?!types\.)\w+\.pb\.h$"), [
        "server/rpc/", "server/config", "client/include/", "client/src/", "client/mocks/",
        "client/examples/", "client/cli/program/", "client/cli/ask/", "client/cli/import/",
        "client/cli/demo/"]),
    (re.compile(r"strata/v1/(?!types\.|records\.)\w+\.pb\.h$"), [
        "server/rpc/", "server/config", "client/include/", "client/src/", "client/mocks/",
        "client/examples/", "client/cli/program/", "client/cli/ask/", "client/cli/import/command/",
        "client/cli/demo/"]),
]

# What makes a _test.cc a test; other sources that tests need lie in a testing/ folder.
TEST = re.compile(r"^(TYPED_)?TEST(_F|_P)?\(", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def folder_of(path):
    """The room a file of the tree belongs to, or None when it is in no room with rules."""
    best = None
    for room in SEES:
        inside = (str(pathlib.PurePosixPath(path).parent) == room if room == "server"
                  else path.startswith(room + "/"))
        if inside and (best is None or len(room) > len(best)):
            best = room
    return best


def violations(root):
    found, files = [], 0
    for top in ("server", "client"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".h", ".cc") or not file.is_file():
                continue
            files += 1
            path = file.relative_to(root).as_posix()
            room = folder_of(path)
            if room is None:
                found.append(f"{path}:1: lies in no room of the house")
                continue
            text = file.read_text(encoding="utf-8")
            if path.endswith("_test.cc") and not TEST.search(text):
                found.append(f"{path}:1: a _test.cc without a test; it belongs in a testing/ folder")
            for number, line in enumerate(text.splitlines(), 1):
                match = INCLUDE.match(line)
                if match:
                    for complaint in complaints(path, room, match.group(1)):
                        found.append(f"{path}:{number}: {complaint}")
    return found, files


def testing_owner(path):
    """The room whose tests share the file, or None when it lies in no testing/ folder."""
    return path.split("/testing/")[0] if "/testing/" in path else None


def is_test(path):
    return path.endswith("_test.cc") or "/testing/" in path or path.startswith("tests/")


def complaints(path, room, header):
    for pattern, allowed in ROOMS:
        if pattern.match(header) and not any(path.startswith(prefix) for prefix in allowed):
            yield f"{header} may be included only under {', '.join(allowed)}"
    if header.startswith(("server/", "client/")):
        target = folder_of(header)
        if testing_owner(header) is not None:
            if not is_test(path):
                yield f"{header} is for tests"
                return
            # A room's tests see what it shares, and what the rooms below it and around it do.
            owner = testing_owner(header)
            if owner == room or room.startswith(owner + "/") or owner in SEES[room]:
                return
        if target == room:
            return
        if not any(header == seen or target == seen for seen in SEES[room]):
            yield f"{room} must not see {header}"


PLANTED = {
    "server/base/a.h": '#include "server/domain/day.h"',
    "server/domain/a.h": '#include "server/image/revision.h"',
    "server/image/a.cc": '#include "server/analytics/fields/field.h"',
    "server/analytics/kpi/a.cc": '#include "server/store/sqlite/reader.h"',
    "server/analytics/facts/a.cc": '#include "server/analytics/fields/field.h"',
    "server/analytics/classes/a.h": '#include "server/analytics/fields/features.h"',
    "server/analytics/fields/a.cc": '#include "server/analytics/insight/health/health.h"',
    "server/analytics/filter/a.cc": '#include "server/analytics/segment/segments.h"',
    "server/analytics/segment/a_test.cc": '#include "server/analytics/kpi/query.h"\nTEST(A, B) {}',
    "server/analytics/kpi/families/a.cc": '#include "server/analytics/insight/swot/swot.h"',
    "server/analytics/kpi/b.cc": '#include "server/analytics/kpi/testing/shop_model.h"',
    "server/rpc/convert/b.cc": '#include "server/rpc/transport/call_guard.h"',
    "server/rpc/transport/a.cc": '#include "server/rpc/services/kpi_service.h"',
    "server/rpc/services/a.cc": '#include "server/rpc/server.h"',
    "server/analytics/stats/b.cc": "#include <sqlite3.h>",
    "server/store/sqlite/a.cc": '#include "server/image/editor.h"',
    "server/ingest/a.cc": '#include "server/rpc/server.h"',
    "server/workspace/a.cc": '#include "server/analytics/kpi/query.h"',
    "server/workspace/b.cc": "#include <grpcpp/grpcpp.h>",
    "server/ingest/b.cc": '# include "strata/v1/types.pb.h"',
    "server/main.cc": "#include <sqlite3.h>",
    "client/src/a.cc": '#include "server/rpc/server.h"',
    "client/cli/program/a.cc": '#include "server/workspace/registry.h"',
    "client/cli/base/a.h": '#include "client/cli/present/terminal.h"',
    "client/cli/present/a.h": '#include "client/cli/program/command.h"',
    "client/cli/present/b.cc": '#include "strata/v1/kpi_service.pb.h"',
    "client/cli/ask/kpi/a.cc": '#include "client/cli/import/import_content.h"',
    "client/cli/ask/segment/a.cc": "#include <sqlite3.h>",
    "client/cli/import/values/a.cc": '#include "client/cli/import/csv/csv_table.h"',
    "client/cli/import/csv/a.cc": '#include "client/cli/import/mapping/mapping_script.h"',
    "client/cli/import/mapping/a.cc": '#include "client/cli/import/import_content.h"',
    "client/cli/import/propose/a.cc": '#include "client/cli/import/command/import_job.h"',
    "client/cli/import/a.cc": '#include "client/cli/present/progress.h"',
    "client/cli/import/b.cc": '#include "strata/v1/types.pb.h"\n#include "strata/v1/ingestion_service.pb.h"',
    "client/cli/import/command/a.cc": '#include "client/cli/ask/kpi/kpi_verbs.h"',
    "client/cli/demo/a.cc": '#include "server/domain/day.h"',
    "client/cli/a.cc": "#include <vector>",
    "client/include/strata/a.h": '#include "client/src/channel.h"',
    "server/elsewhere/a.cc": "#include <vector>",
    "server/image/history_model_test.cc": '#include "server/image/editor.h"\nint Model() { return 1; }',
}
ALLOWED = {
    "server/analytics/catalogue.cc": '#include "server/analytics/insight/insight_fields.h"',
    "server/analytics/fields/c_test.cc": '#include "server/analytics/testing/model_workspace.h"\nTEST(A, B) {}',
    "server/rpc/services/b_test.cc": '#include "server/rpc/testing/server_fixture.h"\nTEST(A, B) {}',
    "server/rpc/convert/a.cc": '#include "strata/v1/types.pb.h"\n#include <grpcpp/grpcpp.h>',
    "server/store/sqlite/b.cc": '#include <sqlite3.h>\n#include "server/domain/day.h"',
    "server/workspace/c.h": '#include "server/ingest/writer.h"',
    "client/cli/program/b.cc": '#include "server/rpc/server.h"',
    "client/cli/import/mapping/b.cc": '#include "strata/v1/records.pb.h"\n#include <sqlite3.h>',
    "client/cli/present/c.cc": '#include "strata/v1/types.pb.h"',
    "server/main_test.cc": '#include "server/rpc/server.h"\nTEST(A, B) {}',
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in {**PLANTED, **ALLOWED}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text + "\n", encoding="utf-8")
        found = {line.split(":", 1)[0] for line in violations(root)[0]}
    missed, false = sorted(set(PLANTED) - found), sorted(found - set(PLANTED))
    for path in missed:
        print(f"self-test: the violation planted in {path} was not found")
    for path in false:
        print(f"self-test: {path} is allowed but was reported")
    print(f"self-test: {len(PLANTED) - len(missed)} of {len(PLANTED)} planted violations found")
    return not missed and not false


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    sane = self_test()
    found, files = violations(root)
    print("\n".join(found))
    print(f"{files} files, {len(found)} violations")
    return 0 if sane and files > 0 and not found else 1


if __name__ == "__main__":
    sys.exit(main())
