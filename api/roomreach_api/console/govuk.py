"""Which macros of GOV.UK Frontend do the pages use? Called from an environment of the macros' own.

They ask for parameters that nobody gave, which our own environment takes for the mistake it is in our pages.
"""

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

_USED = {
    "govukGenericHeader": "generic-header",
    "govukSkipLink": "skip-link",
    "govukTag": "tag",
}


Macro = Callable[[dict[str, str]], Markup]


def macros() -> dict[str, Macro]:
    """Give each macro under its own name."""
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    govuk = Environment(loader=loader, autoescape=True)
    return {
        name: getattr(
            govuk.get_template(f"govuk_frontend_jinja/components/{component}/macro.html").module, name
        )
        for name, component in _USED.items()
    }
