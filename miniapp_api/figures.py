"""Figures over HTTP: each with the rows it comes from."""

from __future__ import annotations

from intake.model.ids import HallCode
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, View
from miniapp_api.views import ItemCard

api = Api("figures")


class HallForm(Form):
    """Which hall."""

    hall: Code


class NearbyView(View):
    """就近可办率 and what is missing."""

    rate: float
    near: int
    total: int
    missing: list[ItemCard]


class FiguresView(View):
    """A hall's figures."""

    hall: str
    nearby: NearbyView


@api.operation("GET", "/api/v1/halls/{hall}/figures", HallForm, FiguresView)
async def figures(call: Call[HallForm]) -> FiguresView:
    """本中心指标."""
    nearby = await call.desk.figures.nearby(call.caller, HallCode(call.form.hall))
    missing = [ItemCard.of(item) for item in nearby.missing]
    shown = NearbyView(rate=round(nearby.rate, 4), near=nearby.near, total=nearby.total, missing=missing)
    return FiguresView(hall=nearby.hall, nearby=shown)
