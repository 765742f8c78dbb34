"""A layout under the limits of every receptor, with transfer computed only for the receptors that bind.

A few receptors rule a layout. The search starts with those that one unit reaches most, and takes in the others where
the layout found breaks their limit, until it breaks none; legality and bound then hold for all of them.

Sound past buildings takes long to compute, sound over open land does not, and no direct path is louder past buildings than
over open land. So where something screens, only receptors that open land brings within `heard.OPEN_DB` of their limit are
listened to: to lift another one over it, three façades and more would have to send all of the sound there at once.
"""

from siting.layout.demand import Demand, Loads, excess, loads
from siting.layout.heard import completed, nearest_to_limit
from siting.layout.most import (
    OVER_DB,
    first_rows,
    most_units,
    only_bound,
    quick_layout,
    quietest_pose,
    with_lower_bound,
)
from siting.layout.quietest import quietest_units
from siting.layout.rows import Rows, rows_in
from siting.layout.settled import settled

__all__ = [
    "OVER_DB", "Demand", "Loads", "Rows", "completed", "excess", "first_rows", "loads", "most_units",
    "nearest_to_limit", "only_bound", "quick_layout", "quietest_pose", "quietest_units", "rows_in", "settled",
    "with_lower_bound",
]  # fmt: skip
