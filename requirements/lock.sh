#!/usr/bin/env bash
# Write the lock files anew: versions and hashes, no registry's address.
set -eu
cd "$(dirname "$0")/.."
ours=(roomreach roomreach-agent roomreach-store roomreach-collector roomreach-api roomreach-hub)
for name in uv build agent collector api operator hub dev; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate "${ours[@]/#/--no-emit-package=}" --output-file "requirements/$name.lock" "requirements/$name.in"
done
