#!/usr/bin/env bash
# Installs what Strata is built and run with, from the distribution (Debian 12 or newer).
#
#   deploy/install-deps.sh          what the build, the tests and the server need
#   deploy/install-deps.sh --ci     also Clang with its tools, and Node.js: sanitizers, fuzzers, lints
#
# Safe to repeat; does nothing, and needs no network and no rights, when everything is there.
set -euo pipefail

packages=(
  ca-certificates git
  cmake ninja-build ccache g++ lld pkg-config
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libprotoc-dev libabsl-dev
  libsqlite3-dev sqlite3
  libcli11-dev libspdlog-dev libfmt-dev libboost-dev libeigen3-dev libutf8proc-dev nlohmann-json3-dev
  libsodium-dev libsystemd-dev libxxhash-dev
  zlib1g-dev libzip-dev libexpat1-dev libuchardet-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  python3 python3-grpcio python3-protobuf
  tzdata
)
# A command that may come from elsewhere than Debian: looked for by name, not by package.
commands=()

case "${1:-}" in
  "") ;;
  --ci)
    packages+=(clang clang-tidy clang-format libclang-rt-14-dev llvm)
    commands+=(node:nodejs npm:npm)
    ;;
  *)
    echo "usage: $0 [--ci]" >&2
    exit 2
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] ||
    missing+=("$package")
done
for pair in ${commands[@]+"${commands[@]}"}; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done

if [ ${#missing[@]} -eq 0 ]; then
  echo "install-deps: everything is there"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "install-deps: needs root (or sudo) to install: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi

echo "install-deps: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "install-deps: done"
