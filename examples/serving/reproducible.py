"""Makes training give the same bytes on every run. Import it before NumPy.

Floating-point results depend on the instructions that OpenBLAS and NumPy choose for the CPU, and on the number of
threads. With these variables they are those of an x86-64 CPU with AVX2, which Haswell introduced.
"""

import os
import platform
import sys

_VARIABLES = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Sets are pickled in the order of their hashes.
    "PYTHONHASHSEED": "0",
}
if platform.machine() == "x86_64":
    _VARIABLES["OPENBLAS_CORETYPE"] = "Haswell"
    # https://numpy.org/doc/1.24/reference/simd/build-options.html
    _VARIABLES["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"


def ensure() -> None:
    """Starts this Python program again with the variables, unless it has them: libraries read them as they load."""
    if any(os.environ.get(name) != value for name, value in _VARIABLES.items()):
        os.environ.update(_VARIABLES)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
