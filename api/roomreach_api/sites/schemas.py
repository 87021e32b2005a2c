"""How does the API say a site?"""

from typing import Self

from pydantic import Field

from roomreach.identifiers import SiteId
from roomreach.places import Category
from roomreach_api.schemas import AsOf, Model
from roomreach_api.visible import SeenSite


class Named(Model):
    """Something with a code and a name."""

    id: str = Field(
        description="Its code: a GSS code for an authority, ours for a provider.", examples=["E09000012"]
    )
    name: str = Field(description="Its name.", examples=["Hackney"])


class SiteOut(Model):
    """One address under one provider. Of a confidential site only its code is shown."""

    id: SiteId = Field(description="Its code, which says nothing about the place.", examples=["s-bcdfghjkmn"])
    name: str = Field(
        description="Its name; the code where the site is confidential.", examples=["Stratford Lodge"]
    )
    confidential: bool = Field(description="Whether its name and whereabouts are withheld.")
    trial: bool = Field(description="Whether it is a test bench: no home, and outside every total.")
    authority: Named | None = Field(description="The council it stands in; null where confidential.")
    provider: Named | None = Field(description="Who runs it; null where confidential.")
    category: Category | None = Field(
        description="The type of temporary accommodation; null where confidential.", examples=["hostel"]
    )
    rooms: int = Field(description="How many rooms are on record.", examples=[48])
    agents: int = Field(description="How many agents stand in them now.", examples=[12])

    @classmethod
    def of(cls, site: SeenSite, rooms: int, agents: int) -> Self:
        """Say a site."""
        return cls(
            id=site.id,
            name=site.shown_as,
            confidential=site.confidential,
            trial=site.trial,
            authority=Named(id=site.authority.gss, name=site.authority.name) if site.authority else None,
            provider=Named(id=site.provider.id, name=site.provider.name) if site.provider else None,
            category=site.category,
            rooms=rooms,
            agents=agents,
        )


class Sites(Model):
    """Every site you may see, by name, test benches last."""

    as_of: AsOf
    sites: list[SiteOut]
