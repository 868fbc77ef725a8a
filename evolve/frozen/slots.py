"""The parts of an expression that name a model, a setting or a field; all else in it is data.

`models.Index(fields=["name"], name="name")` names the field `name` once: the second "name" is what
the index is called. Which arguments mean something is Django's grammar of fields, indexes,
constraints and query expressions (5.2 to 6.1), and it is written down here and nowhere else.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

Kind = Literal["model", "setting", "field", "target", "through"]
"""What a slot names: a model, a setting that names one, a field of the model itself, of the model
that a relation points to, or of the model that it goes through."""


class Mark(NamedTuple):
    """A node that names something: a string, a keyword (`Q(name=1)`), or `settings.X`."""

    kind: Kind
    node: ast.Constant | ast.keyword | ast.Attribute


Marks = Iterator[Mark]

# The positional arguments of Django's relations, as far as one of them names something.
_RELATIONS: Mapping[str, tuple[str, ...]] = {
    "ForeignKey": (
        *("to", "on_delete", "related_name", "related_query_name", "limit_choices_to"),
        *("parent_link", "to_field"),
    ),
    "OneToOneField": ("to", "on_delete", "to_field"),
    "ManyToManyField": (
        *("to", "related_name", "related_query_name", "limit_choices_to", "symmetrical"),
        *("through", "through_fields"),
    ),
    "ForeignObject": ("to", "on_delete", "from_fields", "to_fields"),
}
# Arguments of fields that name fields, and whose fields these are.
_NAMES: Mapping[str, Kind] = {
    **dict.fromkeys(("from_fields", "height_field", "width_field"), "field"),
    **dict.fromkeys(("unique_for_date", "unique_for_month", "unique_for_year"), "field"),
    **dict.fromkeys(("to_field", "to_fields"), "target"),
    "through_fields": "through",
}
# Calls whose arguments are values, beside those of Python itself and of its standard library.
_VALUES = frozenset({"Value", "RawSQL", "SearchQuery", "SearchConfig", "Lexeme", "Star", "UUID7"})
_VALUE_MODULES = frozenset({*sys.stdlib_module_names, *dir(builtins), "psycopg", "psycopg2"})
# Lookups as expressions, `GreaterThan(F("age"), 3)`: a string on either side is a value.
_LOOKUPS = frozenset(
    {
        *("Exact", "IExact", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"),
        *("In", "Contains", "IContains", "StartsWith", "IStartsWith", "EndsWith", "IEndsWith"),
        *("Range", "IsNull", "Regex", "IRegex", "CombinedExpression"),
    }
)
# Where a string among the positional arguments is a field; in any other expression all are.
_FIELDS_AT: Mapping[str, range] = {
    **dict.fromkeys(("F", "OuterRef", "ResolvedOuterRef", "Collate", "Cast", "Extract"), range(1)),
    **dict.fromkeys(("Trunc", "OpClass", "ExpressionWrapper", "OrderBy", "Sliced"), range(1)),
    **dict.fromkeys(("TrigramSimilarity", "TrigramDistance", "SearchHeadline"), range(1)),
    **dict.fromkeys(("TrigramWordSimilarity", "TrigramWordDistance"), range(1, 2)),
    **dict.fromkeys(("TrigramStrictWordSimilarity", "TrigramStrictWordDistance"), range(1, 2)),
    **dict.fromkeys(("KeyTransform", "KeyTextTransform"), range(1, 2)),
    **dict.fromkeys(("Lag", "Lead", "NthValue"), range(1)),
}
# Keywords of expressions that take expressions; of other keywords every value is data.
_EXPRESSIONS = frozenset({"expression", "expressions", "order_by", "partition_by", "filter"})
_OWN_EXPRESSIONS: Mapping[str, frozenset[str]] = {
    "F": frozenset({"name"}),
    "OuterRef": frozenset({"name"}),
    "Case": frozenset({"default"}),
    "Replace": frozenset({"text", "replacement"}),
    "LPad": frozenset({"fill_text"}),
    "RPad": frozenset({"fill_text"}),
}
_CONNECTORS = frozenset({"_connector", "_negated"})


def dotted(node: ast.expr) -> str:
    """Return "models.functions.Lower" for that chain of names; "" for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def class_name(node: ast.expr) -> str:
    """Return what a call calls, without its module: "ForeignKey"; "" for any other expression."""
    return dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def relation_of(name: str) -> str:
    """Return the kind of Django's relations that a field class is by its name; "" for none."""
    return next((each for each in _RELATIONS if name.endswith(each)), "")


def arguments(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Yield the arguments of a field by name, positional ones of relations too."""
    order = _RELATIONS.get(relation_of(class_name(call)), ())
    if not order and any(each.arg == "on_delete" for each in call.keywords):
        order = ("to",)
    yield from zip(order, call.args, strict=False)
    yield from ((each.arg, each.value) for each in call.keywords if each.arg)


def in_field(node: ast.expr) -> Marks:
    """Yield what the definition of a field names."""
    if not isinstance(node, ast.Call):
        return
    if class_name(node) == "CompositePrimaryKey":
        yield from _strings(node.args, "field")
    for name, value in arguments(node):
        if name in ("to", "through"):
            yield from _model(value)
        elif name == "limit_choices_to":
            yield from _limits(value)
        elif name == "expression":
            yield from _expression(value, "field", plain=False)
        elif kind := _NAMES.get(name):
            # Of a ForeignObject, "self" is the field itself.
            yield from (each for each in _strings([value], kind) if _text(each) != "self")


def in_option(option: str, node: ast.expr) -> Marks:
    """Yield what an option of Meta names, evolve's own `bases` among them."""
    read = _OPTIONS.get(option)
    if read:
        yield from read(node)


def _model(node: ast.expr) -> Marks:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield Mark("model", node)
    elif isinstance(node, ast.Attribute) and dotted(node.value).rpartition(".")[2] == "settings":
        yield Mark("setting", node)


def _bases(node: ast.expr) -> Marks:
    yield from (Mark("model", each.node) for each in _strings([node], "field"))


def _limits(node: ast.expr) -> Marks:
    if isinstance(node, ast.Dict):
        yield from _strings([each for each in node.keys if each], "target")
        for value in node.values:
            yield from _expression(value, "target", plain=False)
    else:
        yield from _expression(node, "target", plain=False)


def _strings(nodes: Iterable[ast.expr], kind: Kind) -> Marks:
    """Yield the strings among nodes and in the lists among them."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Mark(kind, node)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from _strings(node.elts, kind)


def _text(mark: Mark) -> object:
    return mark.node.value if isinstance(mark.node, ast.Constant) else None


def _names(node: ast.expr) -> Marks:
    yield from _strings([node], "field")


def _ordering(node: ast.expr) -> Marks:
    yield from _expression(node, "field", plain=True)


def _parts(node: ast.expr) -> Marks:
    """Yield what the indexes or constraints in a list name."""
    for part in getattr(node, "elts", ()):
        if isinstance(part, ast.Call):
            yield from _part(part)


def _part(call: ast.Call) -> Marks:
    for arg in call.args:
        yield from _expression(arg, "field", plain=True)
    for each in call.keywords:
        if each.arg in ("fields", "include"):
            yield from _names(each.value)
        elif each.arg in ("condition", "check"):
            yield from _expression(each.value, "field", plain=False)
        elif each.arg == "expressions":
            for element in getattr(each.value, "elts", ()):
                # ExclusionConstraint has pairs: an expression and its operator.
                pair = element.elts[:1] if isinstance(element, ast.Tuple) else [element]
                yield from _all(pair, "field", plain=True)


_OPTIONS: Mapping[str, Callable[[ast.expr], Marks]] = {
    **dict.fromkeys(("indexes", "constraints"), _parts),
    **dict.fromkeys(("unique_together", "index_together"), _names),
    **dict.fromkeys(("order_with_respect_to", "get_latest_by"), _names),
    "ordering": _ordering,
    "bases": _bases,
}


def _all(nodes: Iterable[ast.expr], kind: Kind, plain: bool) -> Marks:
    for node in nodes:
        yield from _expression(node, kind, plain)


def _expression(node: ast.expr, kind: Kind, plain: bool) -> Marks:
    """Yield what a query expression names; `plain`: a string in its place is a field's name."""
    if isinstance(node, ast.Call):
        yield from _call(node, kind)
    elif isinstance(node, ast.Constant):
        if plain and isinstance(node.value, str):
            yield Mark(kind, node)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from _all(node.elts, kind, plain)
    elif isinstance(node, ast.BinOp):
        yield from _all([node.left, node.right], kind, plain=False)
    elif isinstance(node, ast.UnaryOp):
        yield from _expression(node.operand, kind, plain=False)
    elif isinstance(node, ast.Subscript | ast.Starred):
        yield from _expression(node.value, kind, isinstance(node, ast.Starred) and plain)


def _call(call: ast.Call, kind: Kind) -> Marks:
    path = dotted(call.func)
    name = path.rpartition(".")[2]
    if not path:
        # A method of an expression: F("name").desc(), F("flags").bitand(F("mask")).
        owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        yield from _all([*owner, *call.args], kind, plain=False)
    elif name in ("Q", "When"):
        yield from _conditions(call, kind, name)
    elif not _makes_value(path, name):
        yield from _function(call, kind, name)


def _makes_value(path: str, name: str) -> bool:
    """Tell whether a call makes data, or an `output_field`, and not an expression."""
    module = path.partition(".")[0]
    return name in _VALUES or name.endswith("Field") or module in _VALUE_MODULES


def _conditions(call: ast.Call, kind: Kind, name: str) -> Marks:
    """Yield what Q or When name: the left side of each lookup, and what its value names."""
    for at, arg in enumerate(call.args):
        pair = name == "Q" and isinstance(arg, ast.Tuple) and len(arg.elts) == 2
        if pair:
            left, right = arg.elts  # type: ignore[attr-defined]
            yield from _strings([left], kind)
            yield from _expression(right, kind, plain=False)
        else:
            # A string as When's second argument, `then`, is a field.
            yield from _expression(arg, kind, plain=at == 1)
    own = _CONNECTORS if name == "Q" else frozenset({"condition", "then"})
    for each in call.keywords:
        if each.arg and each.arg not in own:
            yield Mark(kind, each)
        yield from _expression(each.value, kind, plain=name == "When" and each.arg == "then")


def _function(call: ast.Call, kind: Kind, name: str) -> Marks:
    """Yield what a function of the database, or an expression like F, names."""
    fields_at = range(0) if name in _LOOKUPS else _FIELDS_AT.get(name, range(len(call.args)))
    for at, arg in enumerate(call.args):
        yield from _expression(arg, kind, plain=at in fields_at)
    own = _OWN_EXPRESSIONS.get(name, frozenset())
    for each in call.keywords:
        # The keywords of JSONObject are the keys of its object, and their values expressions.
        plain = name == "JSONObject" or each.arg in _EXPRESSIONS or each.arg in own
        if plain or each.arg in ("lhs", "rhs"):
            yield from _expression(each.value, kind, plain)
