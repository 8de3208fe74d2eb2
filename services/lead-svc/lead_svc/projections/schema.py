"""Where read models live."""

from sqlalchemy import MetaData

read = MetaData(schema="read")
