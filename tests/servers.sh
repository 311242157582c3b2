#!/usr/bin/env bash
# Installs what the tests need beside the project's own environment: a browser, PostgreSQL, and ML Metadata, whose old protobuf fits into
# no environment with ours. Does nothing where they are there already.
set -euo pipefail
need=()
command -v chromium >/dev/null || need+=(chromium)
command -v chromium-headless-shell >/dev/null || need+=(chromium-headless-shell)
fc-list 2>/dev/null | grep -qi 'noto color emoji' || need+=(fonts-noto-color-emoji fontconfig)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need+=(postgresql)
if [ ${#need[@]} -gt 0 ]; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
fi

cd "$(dirname "$0")/.."
if [ ! -f build/ml-metadata/.ready ]; then
    "${PYTHON:-python3.11}" -m venv build/ml-metadata
    build/ml-metadata/bin/python -m pip install --quiet --disable-pip-version-check 'ml-metadata==1.17.1'
    touch build/ml-metadata/.ready
fi
