"""What the example servers share: settings, verified loading of a model, HTTP routes, metrics, logs.

The variables below must be set before NumPy is imported, which reads them once.
"""

import os

# A server has the CPU of one container. More threads than that only wait for each other.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# The root file system is read-only, and /tmp is the only other folder that a server may write to.
os.environ.setdefault("JOBLIB_TEMP_FOLDER", "/tmp")
# Creation times of counters double the number of series, and no alert uses them.
os.environ.setdefault("PROMETHEUS_DISABLE_CREATED_SERIES", "true")
