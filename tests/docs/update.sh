#!/usr/bin/env bash
# Writes what the built programs print into README.md and docs: run it when an answer's text has
# changed on purpose, and read the difference before it is committed.
#
#   tests/docs/update.sh [BUILD_FOLDER]      default build/release
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build/release}

/usr/bin/python3 tests/docs/reference.py --build "$build" --update
# Faults are what is written; what is still one afterwards is none of the text.
/usr/bin/python3 tests/docs/run_page.py --build "$build" --update README.md docs/*.md >/dev/null || true
/usr/bin/python3 tests/docs/run_page.py --build "$build" README.md docs/*.md
