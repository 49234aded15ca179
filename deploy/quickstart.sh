#!/usr/bin/env bash
# From a fresh clone to figures on the screen: installs, builds, starts stratad on an empty data
# folder, makes a demo portfolio and ingests it over gRPC, prints the executive summary and a table.
# Safe to repeat. Writes only below build/.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/release
data=build/quickstart
customers=${STRATA_QUICKSTART_CUSTOMERS:-2000}

say() { printf '\n== %s\n' "$*"; }

say "1. Packages"
./deploy/install-deps.sh

say "2. Build ($build; the first time takes some minutes)"
cmake --preset release >"$(mktemp -d)/configure.log" 2>&1 || cmake --preset release
cmake --build --preset release --target stratad strata_cli
stratad=$build/server/stratad
strata=$(find "$build/client" -type f -name strata -perm -u+x | head -n 1)
[ -x "$stratad" ] && [ -n "$strata" ] || { echo "quickstart: the build left no programs" >&2; exit 1; }

say "3. A server on an empty data folder"
rm -rf "$data"
mkdir -p "$data"
port=$(python3 - <<'PYTHON'
import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])
PYTHON
)
"$stratad" --data-dir "$data/data" --listen "127.0.0.1:$port" >"$data/stratad.log" 2>&1 &
server=$!
stop_server() {
  if kill -TERM "$server" 2>/dev/null; then wait "$server" || true; fi
}
trap stop_server EXIT

export STRATA_SERVER=127.0.0.1:$port
up=no
for _ in $(seq 100); do
  if "$strata" workspace list >/dev/null 2>&1; then up=yes; break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
if [ "$up" = no ]; then
  echo "quickstart: stratad did not come up; its log:" >&2
  tail -n 20 "$data/stratad.log" >&2
  exit 1
fi
echo "stratad runs on $STRATA_SERVER, data in $data/data"

say "4. A demo portfolio, ingested over gRPC"
"$strata" -w demo demo --customers "$customers" --months 24 --seed 7

say "5. The executive summary:  strata -w demo kpi summary"
"$strata" -w demo kpi summary

say "6. A grouped table:  strata -w demo kpi query revenue,share_of_revenue,orders,active_customers --by tier"
"$strata" -w demo kpi query revenue,share_of_revenue,orders,active_customers --by tier

say "7. The server stops"
trap - EXIT
kill -TERM "$server"
status=0
wait "$server" || status=$?
if [ "$status" -ne 0 ]; then
  echo "quickstart: stratad ended with status $status; its log:" >&2
  tail -n 20 "$data/stratad.log" >&2
  exit 1
fi
echo "stratad has committed everything and left."

cat <<END

== How to go on

  alias strata=$PWD/$strata

  strata --data-dir $data/data -w demo kpi query revenue --by month     # the same data, no server
  $stratad --data-dir $data/data &                  # or a server on localhost:50051
  strata -w demo kpi list                                               # every figure there is
  strata -w demo kpi fields                                             # all one can group and filter by
  strata import --help                                                  # your own CSV files
  sqlite3 $data/data/workspaces/demo.db .tables             # your data is plain SQLite

README.md goes on from here: a short tour, calls from C++, Python and Node, and the pages of docs/.
END
