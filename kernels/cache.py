"""Where compiled kernels are kept, and how every kernel is compiled.

numba's on-disk cache sees an edit only in the file of the cached function itself; an edited callee in another file gives stale
answers. The cache folder is therefore named by a hash of everything that the machine code depends on. numba is imported late:
the folder has to be known first, and `import kernels` stays quick.
"""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_VARIABLE = "NUMBA_CACHE_DIR"
_OURS = re.compile(r"kernels-[0-9a-f]{16}")


def fingerprint(sources: Iterable[Path]) -> str:
    """Hash of the kernels' sources, the compiler's versions and the settings of numba that change the code it makes.

    Parameters
    ----------
    sources : iterable of Path
        The source files that kernels are compiled from.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(sources):
        body = path.read_bytes()
        digest.update(f"{path.name} {len(body)}\n".encode())
        digest.update(body)
    settings = sorted(
        item for item in os.environ.items() if item[0].startswith("NUMBA_") and item[0] != _VARIABLE
    )
    packages = [version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update(repr((sys.version, packages, settings)).encode())
    return digest.hexdigest()[:16]


def parent_folder() -> Path:
    """The folder that holds one sub-folder per state of the sources: NUMBA_CACHE_DIR, else `siting` in the user's cache.

    Raises
    ------
    RuntimeError
        The user has no home folder.
    """
    chosen = Path(os.environ.get(_VARIABLE, ""))
    if _OURS.fullmatch(chosen.name):  # inherited from a process whose kernels or settings may be others
        return chosen.parent
    if os.environ.get(_VARIABLE):
        return chosen
    user = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (user if user.is_absolute() else Path.home() / ".cache") / "siting"


def choose_folder() -> Path | None:
    """Point numba at the folder for these sources; None where none can be written: every process then compiles anew."""
    try:
        folder = parent_folder() / f"kernels-{fingerprint(Path(__file__).parent.glob('*.py'))}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))  # a full disk refuses here rather than after a compilation
    except (OSError, RuntimeError):
        return None
    os.environ[_VARIABLE] = str(folder)
    if "numba" in sys.modules:  # it has read its settings already
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder


FOLDER = choose_folder()
# nothing calls a kernel as a C function, so none is made; `_nrt` leaves reference counts out
FULL: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
LEAN: dict[str, Any] = {**FULL, "_nrt": False}


def kernel(function: Kernel) -> Kernel:
    """Compile a function that Python calls: without the GIL, in IEEE arithmetic as written, cached on disk where possible.

    No fast-math: sums in another order would make a level depend on how receptors are split over threads.
    """
    from numba import njit

    compiled: Any = njit(cache=FOLDER is not None, **FULL)(function)
    return compiled


def inlined(function: Kernel) -> Kernel:
    """Compile a function that only kernels call: put into its caller, so that the caller's loops vectorise through it."""
    from numba import njit

    compiled: Any = njit(forceinline=True, **FULL)(function)
    return compiled


def lean(function: Kernel) -> Kernel:
    """Compile a kernel that makes no array and returns none: without reference counts, which would be most of a short call.

    What counts references would write to memory that other threads write to; numba's own example of `register_jitable` leaves
    them out in the same way.
    """
    from numba import njit

    compiled: Any = njit(cache=FOLDER is not None, **LEAN)(function)
    return compiled


def lean_inlined(function: Kernel) -> Kernel:
    """Compile a function that only lean kernels call, into its caller; it makes no array and returns none."""
    from numba import njit

    compiled: Any = njit(forceinline=True, **LEAN)(function)
    return compiled
