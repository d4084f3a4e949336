"""The built-in functions of FEEL (DMN 1.5, 10.3.4): 86 names, declared in these files.

`BUILTINS` is the table by name. To add a function, declare it in the file of its topic; nothing
else has to be told.
"""

from guidewright.feel.builtins import (
    aggregates,
    contexts,
    conversion,
    dates,
    lists,
    numbers,
    ranges,
    sorting,
    strings,
)
from guidewright.feel.builtins.registry import (
    BUILTINS,
    Builtin,
    Example,
    Formal,
    Overload,
    as_function,
    builtin,
)

__all__ = ["BUILTINS", "Builtin", "Example", "Formal", "Overload", "as_function", "builtin"]

_TOPICS = (aggregates, contexts, conversion, dates, lists, numbers, ranges, sorting, strings)
