"""How does the API say a measurement? Each kind's schema is made from its one definition in the language."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from roomreach.measurement import KINDS, Measurement, NotMeasured, Outcome, Reason
from roomreach.shape import Between, fields_of
from roomreach.shape import Field as Shape
from roomreach_api.schemas import Model

_COMMON = frozenset({"reason"})


def _schema(kind: type[Measurement]) -> type[Model]:
    fields: dict[str, Any] = {
        "kind": (Literal[kind.kind], Field(description="Which question this answers.")),
        "outcome": (Outcome, Field(description="What came of asking.")),
        "reason": (
            Reason | None,
            Field(description="Why it failed or could not be measured; null when it went well."),
        ),
    }
    fields.update(
        (shape.name, (_type(shape), Field(description=_description(shape))))
        for shape in fields_of(kind)
        if shape.name not in _COMMON
    )
    return create_model(f"{kind.__name__}Measurement", __base__=Model, __doc__=kind.__doc__, **fields)


def _type(shape: Shape) -> Any:  # noqa: ANN401 - an annotation, and those have no common type
    base: Any = Literal[shape.choices] if shape.choices else shape.base
    return base | None if shape.optional else base


def _description(shape: Shape) -> str:
    words = [shape.name.replace("_", " ").capitalize()]
    if isinstance(shape.bound, Between):
        words.append(f"{shape.bound.low:,.0f} to {shape.bound.high:,.0f} {shape.unit}".rstrip())
    if shape.optional:
        words.append("null when not known")
    return f"{', '.join(words)}."


_ALL: tuple[type[Measurement], ...] = (*KINDS.values(), NotMeasured)
SCHEMAS: Mapping[str, type[Model]] = {kind.kind: _schema(kind) for kind in _ALL}

if TYPE_CHECKING:
    AnyMeasurement = Model
else:
    AnyMeasurement = Annotated[reduce(or_, SCHEMAS.values()), Field(discriminator="kind")]


def say(measurement: Measurement) -> AnyMeasurement:
    """Say a measurement."""
    values: dict[str, Any] = {"kind": measurement.kind, "outcome": measurement.outcome}
    values |= {
        shape.name: str(value) if shape.choices and value is not None and shape.name not in _COMMON else value
        for shape in fields_of(type(measurement))
        for value in (getattr(measurement, shape.name),)
    }
    return SCHEMAS[measurement.kind](**values)
