"""The shop's next version: its list of baskets means something else, and has another shape."""

from ltc_events import change, on, projection, put
from ltc_runtime.service import Feature, Service
from shop import BasketClosed, BasketOpened, Filled, basket
from sqlalchemy import BigInteger, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID as PgUUID

newer_list = Table(
    "basket_list",
    MetaData(schema="read"),
    Column("basket_id", PgUUID, primary_key=True),
    Column("open", BigInteger, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("newest", Text, index=True),
)
newer_baskets = projection(
    "baskets",
    on(BasketOpened, put(newer_list, lambda e: {"basket_id": e.basket_id, "open": 1, "items": 0, "newest": None})),
    on(Filled, change(newer_list, lambda e: {"basket_id": e.basket_id, "items": e.count, "newest": e.item})),
    on(BasketClosed, change(newer_list, lambda e: {"basket_id": e.basket_id, "open": 0})),
    version=2,
)
newer_shop = Service("shop-svc", Feature(deciders=(basket,), projections=(newer_baskets,)))
