#!/bin/bash
# Installs a build into a folder of its own, builds an outside project against it, and runs that
# against the installed stratad.
#
#   tests/install/run.sh BUILD_FOLDER
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: $0 BUILD_FOLDER}" && pwd)
work=$(mktemp -d)
server=
finish() {
  status=$?
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  if [ $status -ne 0 ]; then
    echo "install test failed" >&2
    for log in "$work"/*.log; do
      if [ -s "$log" ]; then echo "--- $(basename "$log")" >&2; tail -40 "$log" >&2; fi
    done
  fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT

step() { echo "== $*"; }
fail() { echo "$*" >&2; exit 1; }

step "install into a temporary prefix"
cmake --install "$build" --prefix "$work/prefix" > "$work/install.log" 2>&1
# Somewhere else than where it was installed to: the package must not hold absolute paths.
mv "$work/prefix" "$work/moved"
prefix=$work/moved
for file in bin/strata bin/stratad include/strata/client.h include/strata/v1/kpi_service.pb.h \
            include/strata/mocks/mock_connection.h share/strata/proto/strata/v1/kpi_service.proto \
            share/strata/proto/google/rpc/error_details.proto share/strata/imports; do
  [ -e "$prefix/$file" ] || fail "the installation lacks $file"
done
[ -n "$(find "$prefix" -name libstrata_client.a)" ] || fail "the installation lacks libstrata_client.a"
config=$(find "$prefix" -path '*cmake/strata/strataConfig.cmake')
[ -n "$config" ] || fail "the installation lacks strataConfig.cmake"
# Neither the tree's folder nor the build's may shine through.
if grep -rlF -e "$root" -e "$build" "$(dirname "$config")"; then
  fail "the package names folders of the build"
fi

step "build the outside project"
mkdir "$work/outside"
cp "$here/CMakeLists.txt" "$here/mock_test.cc" "$work/outside/"
cp "$root/client/examples/quickstart.cc" "$work/outside/main.cc"
# The program of README.md, just as it is shown there.
readme() { /usr/bin/python3 "$root/tests/docs/extract.py" "$root/README.md" "$@"; }
readme revenue.cc > "$work/outside/revenue.cc"
generator=(); if command -v ninja > /dev/null; then generator=(-G Ninja); fi
# Of the same compiler as the package.
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
cmake -S "$work/outside" -B "$work/outside/build" "${generator[@]}" \
      -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" \
      -DCMAKE_CXX_FLAGS="${STRATA_INSTALL_TEST_CXX_FLAGS:-}" > "$work/configure.log" 2>&1
cmake --build "$work/outside/build" > "$work/build.log" 2>&1
"$work/outside/build/outside_test" > "$work/outside_test.log" 2>&1

step "run it against the installed stratad"
# A free port of the moment; another program may take it before stratad does, so try again then.
for attempt in 1 2 3 4 5; do
  port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("localhost", 0)); print(s.getsockname()[1])')
  "$prefix/bin/stratad" --data-dir "$work/data" --listen "localhost:$port" > "$work/stratad.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    if "$prefix/bin/strata" --server "localhost:$port" workspace list > "$work/strata.log" 2>&1; then
      break 2
    fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
done
[ -n "$server" ] || fail "stratad did not start"

cat > "$work/expected" <<'TEXT'
France     2000.00 EUR  1 orders
UK         1350.49 EUR  2 orders
TEXT
for run in first second; do
  "$work/outside/build/outside" "localhost:$port" > "$work/answer.log" 2>&1
  diff -u "$work/expected" "$work/answer.log" || fail "the $run run answered otherwise"
done
printf 'country,revenue\nFrance,2000\nUK,1350.49\n' > "$work/expected"
"$prefix/bin/strata" --server "localhost:$port" -w quickstart -o csv kpi query revenue --by country \
  > "$work/answer.log"
diff -u "$work/expected" "$work/answer.log" || fail "the installed strata answered otherwise"

step "the program of README.md answers as the README says"
readme webshop.csv > "$work/webshop.csv"
"$prefix/bin/strata" --server "localhost:$port" -w shop import "$work/webshop.csv" --yes > "$work/import.log" 2>&1
printf '%s\n' '{"order": {"id": "web-1", "customer": "ada", "status": "shipped", "orderTime": "2025-12-29T09:20:00Z", "lines": [{"product": "tea", "amountMicros": "12500000"}]}}' |
  "$prefix/bin/strata" --server "localhost:$port" -w shop import --jsonl - > "$work/order.log" 2>&1
readme --printed 'python3 revenue.py' > "$work/expected"
"$work/outside/build/revenue" "localhost:$port" > "$work/answer.log" 2>&1
diff -u "$work/expected" "$work/answer.log" || fail "the program of README.md answered otherwise"
echo "install test passed"
