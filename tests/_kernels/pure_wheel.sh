#!/bin/sh
# Build the wheel as on a machine without a compiler, install it alone, and test its NumPy twins.
#
# Usage: tests/_kernels/pure_wheel.sh     needs: uv
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

CC=false CXX=false uv build --quiet --wheel --out-dir "$folder" \
  --config-setting "build-dir=$folder/build" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
wheel=$(echo "$folder"/*-py3-none-any.whl)
test -f "$wheel" || { echo "A wheel without compiled kernels was expected, not: $(ls "$folder")"; exit 1; }

uv venv --quiet "$folder/venv"
uv pip install --quiet --python "$folder/venv" "$wheel" pytest pytest-timeout pytest-xdist hypothesis

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
"$folder/venv/bin/python" - <<END
import logging
from pathlib import Path
import songscape
from songscape._kernels import COMPILED, kmeans_step

assert Path(songscape.__file__).is_relative_to("$folder/venv"), songscape.__file__
assert not COMPILED
said = []
logging.getLogger("songscape").addFilter(lambda record: said.append(record.getMessage()))
for _ in range(2):
    kmeans_step([[0.0], [2.0]], [[0.0]])
assert len(said) == 1 and "compiled kernels are missing" in said[0], said
print(said[0])
END
"$folder/venv/bin/python" -m pytest -q -p no:cacheprovider tests/_kernels \
  tests/cluster/test_kmeans_sweep.py tests/cluster/test_mixture.py tests/cluster/test_ward.py
