#!/bin/sh
# Run the kernels' tests under the address and undefined-behaviour sanitizers.
#
# Builds the compiled module with -fsanitize=address,undefined into a temporary folder, puts it in
# front of the installed one, and preloads the sanitizers' runtime into Python.
# Usage: tests/_kernels/sanitize.sh [pytest arguments]     needs: nanobind, cmake, ninja, g++
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake -S . -B "$folder" -G Ninja -DSONGSCAPE_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DPython_EXECUTABLE="$(command -v "$python")" \
  -Dnanobind_DIR="$("$python" -m nanobind --cmake_dir)" >"$folder/log"
cmake --build "$folder" >>"$folder/log"

cat >"$folder/sitecustomize.py" <<END
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "songscape._kernels._compiled", *__import__("glob").glob("$folder/_compiled*.so"))
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
END

# Python itself leaks by design; everything else is fatal, and said where pytest does not catch it.
LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so)" \
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
  PYTHONPATH="$folder" \
  sh -c '"$0" -c "import songscape._kernels._engine as e; print(e._module.__file__)" && exec "$0" -m pytest tests/_kernels -q -s -n 0 -p no:cacheprovider --timeout=0 "$@"' "$python" "$@"
