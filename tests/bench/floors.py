"""The floor of this stack, measured in the same run: R reads 50 rows into a table, W inserts one row and commits."""

from __future__ import annotations

from flask import Flask, render_template, request
from jinja2 import DictLoader
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select
from sqlalchemy.engine import Engine

TABLE = Table(
    "floor", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(80)),
    Column("state", String(20)), Column("amount", Integer),
)  # fmt: skip
PAGE = """<!doctype html><title>Floor</title><table>{% for row in rows %}
<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.state }}</td><td>{{ row.amount }}</td></tr>{% endfor %}
</table>"""


def floor_app(url: str) -> tuple[Flask, Engine]:
    """GET / is R, POST / is W."""
    app = Flask("floor")
    app.jinja_loader = DictLoader({"rows.html": PAGE})
    engine = create_engine(url)
    TABLE.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [{"name": f"Name {n}", "state": "open", "amount": n} for n in range(50)]
        connection.execute(insert(TABLE), rows)

    @app.get("/")
    def read() -> str:
        with engine.connect() as connection:
            rows = connection.execute(select(TABLE).order_by(TABLE.c.id).limit(50)).all()
        return render_template("rows.html", rows=rows)

    @app.post("/")
    def write() -> str:
        with engine.begin() as connection:
            connection.execute(insert(TABLE).values(name=request.form["name"], state="open", amount=1))
        return "ok"

    return app, engine
