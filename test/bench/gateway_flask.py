"""The permission check of the gateway, as one would write it in Flask.

The same route, the same two SQL functions in one transaction, a pool of
connections, prepared by the driver as it does by default.
"""
import os

from flask import Flask, jsonify, request
from psycopg2.pool import ThreadedConnectionPool

app = Flask(__name__)
pool = ThreadedConnectionPool(1, 16, os.environ["BENCH_DB"])


@app.get("/api/governance/users/<user_id>/permissions/<permission>")
def permission(user_id, permission):
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    connection = pool.getconn()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT gov_begin_as(%s)", (token,))
            cursor.execute("SELECT gov_has_permission(%s, %s)",
                           (user_id, permission))
            granted = cursor.fetchone()[0]
    finally:
        pool.putconn(connection)
    return jsonify(user_id=user_id, permission=permission, granted=granted)
