"""Arrays lent to inner kernels: passed on without counting who holds them.

numba counts references whenever one compiled function hands an array to another: some 6 ns per array and call, which for one path
adds up to more than its acoustics. A lent array has no count.
"""

from typing import Any

import numba
from numba.core import cgutils
from numba.extending import intrinsic


def _without_jit(array: Any) -> Any:
    return array


@intrinsic
def _compiled(typingctx: Any, array: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, value=args[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()

    return array(array), generate


lend = _without_jit if numba.config.DISABLE_JIT else _compiled
"""The array itself, uncounted, for calls that end before its owner lets go: inside a kernel, lend its arguments only. What a
kernel has made itself may be freed after its last use by name, so make it in one kernel and lend it in the next one down."""
