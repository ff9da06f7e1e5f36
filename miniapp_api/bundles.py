"""Bundles over HTTP: what one turn of life needs together."""

from __future__ import annotations

from intake.usecases.catalogue.finding import BundleOffer
from miniapp_api.typed import Api, Call, NoForm, OpenTo, View
from miniapp_api.views import ItemCard

api = Api("bundles")


class BundleView(View):
    """一件事 with its items."""

    code: str
    name: str
    summary: str
    aliases: list[str]
    items: list[ItemCard]

    @classmethod
    def of(cls, offer: BundleOffer) -> BundleView:
        """The bundle as the public sees it."""
        bundle = offer.bundle
        return cls(
            code=bundle.code,
            name=bundle.name,
            summary=bundle.summary,
            aliases=list(bundle.aliases),
            items=[ItemCard.of(item) for item in offer.items],
        )


class BundlesView(View):
    """All bundles."""

    bundles: list[BundleView]


@api.operation("GET", "/api/v1/bundles", NoForm, BundlesView, open_to=OpenTo.ALL)
async def bundles(call: Call[NoForm]) -> BundlesView:
    """一件事: every bundle with its items in force."""
    return BundlesView(bundles=[BundleView.of(offer) for offer in await call.desk.catalogue.bundles()])
