#!/usr/bin/env bash
# The whole test suite from a fresh clone: installs, builds (release), runs ctest.
#
#   tests/run.sh [ctest arguments...]      for example  tests/run.sh -L e2e
set -euo pipefail
cd "$(dirname "$0")/.."

./deploy/install-deps.sh
cmake --preset release
cmake --build --preset release
ctest --preset release -j 2 "$@"
