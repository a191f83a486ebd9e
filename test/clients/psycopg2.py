"""The life of a model version by psycopg2: dicts, lists, times and UUIDs go in and
come out, errors have their SQLSTATE, and a file of observations is copied."""

import datetime
import decimal
import io
import json
import os
import sys
import unittest

try:
    import psycopg2
    import psycopg2.extras
except ImportError:
    print("no psycopg2 for /usr/bin/python3: test/setup clients installs it")
    sys.exit(77)

psycopg2.extras.register_uuid()


class Story(unittest.TestCase):
    """In the order of their names, as a version lives."""

    @classmethod
    def setUpClass(cls):
        cls.people = {}
        for user in ("rosa", "amir", "olga", "ann", "postgres"):
            cls.people[user] = psycopg2.connect(
                user=user, cursor_factory=psycopg2.extras.RealDictCursor)
            cls.people[user].autocommit = True

    @classmethod
    def tearDownClass(cls):
        for connection in cls.people.values():
            connection.close()

    def rows(self, user, text, *values):
        with self.people[user].cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()

    def refused(self, code, user, text):
        with self.assertRaises(psycopg2.Error) as caught:
            self.rows(user, text)
        self.assertEqual(caught.exception.pgcode, code)
        return caught.exception

    def test_1_register(self):
        settings = {"depth": 6, "names": ["a", "ü"]}
        [version] = self.rows(
            "rosa",
            "SELECT * FROM gov_register_model(%s, %s, hyperparameters => %s, model_size_bytes => %s)",
            "python", "1.0.0", psycopg2.extras.Json(settings), 2**53 + 1)
        self.assertEqual(version["status"], "registered")
        self.assertEqual(version["created_by"], "rosa")
        self.assertEqual(version["hyperparameters"], settings)
        self.assertEqual(version["model_size_bytes"], 2**53 + 1)
        self.assertIsNotNone(version["created_at"].tzinfo)
        self.rows("rosa", "SELECT gov_record_model_metrics('python', '1.0.0', %s)",
                  psycopg2.extras.Json({"accuracy": 0.93}))
        [model] = self.rows("rosa", "SELECT * FROM gov_update_model('python', tags => %s)", ["a", "b c"])
        self.assertEqual(model["tags"], ["a", "b c"])

    def test_2_refused(self):
        self.refused("23505", "rosa", "SELECT gov_register_model('python', '1.0.0')")
        self.refused("22023", "rosa", "SELECT gov_register_model('py thon', '1.0.0')")
        self.refused("55000", "olga", "SELECT gov_deploy_model('python', '1.0.0')")
        error = self.refused("42501", "rosa", "SELECT gov_approve_model('python', '1.0.0')")
        self.assertIsInstance(error, psycopg2.errors.InsufficientPrivilege)
        self.assertIn("gov_explain_permission", error.diag.message_hint)
        self.rows("postgres", "SELECT gov_register_model('python', '2.0.0')")
        error = self.refused("MG001", "postgres", "SELECT gov_approve_model('python', '2.0.0')")
        self.assertIn("registered it", error.diag.message_detail)

    def test_3_approve_deploy_read(self):
        [version] = self.rows("amir", "SELECT * FROM gov_approve_model('python', '1.0.0', comments => %s)", "good")
        self.assertEqual(version["approval_status"], "approved")
        self.rows("olga", "SELECT gov_deploy_model('python', '1.0.0', 'staging')")
        [deployment] = self.rows("olga", "SELECT * FROM gov_deploy_model('python', '1.0.0')")
        self.assertEqual((deployment["environment"], deployment["status"]), ("production", "active"))
        [live] = self.rows("ann", "SELECT * FROM gov_deployed_model(%s)", "python")
        self.assertEqual(live["version"], "1.0.0")
        before = deployment["deployed_at"] - datetime.timedelta(hours=1)
        self.assertEqual(self.rows("ann", "SELECT * FROM gov_deployed_model('python', as_of => %s)", before), [])
        trail = self.rows("ann", "SELECT event_type, actor FROM gov_audit_trail(resource => %s)",
                          "model_version/python:1.0.0")
        self.assertEqual(dict(trail[-1]), {"event_type": "model_version.register", "actor": "rosa"})

    def test_4_request(self):
        [asked] = self.rows("olga", "SELECT * FROM gov_request_approval('model_rollback', %s)",
                            psycopg2.extras.Json({"model_id": "python"}))
        [reply] = self.rows("ann", "SELECT gov_approval_request(%s) AS r", asked["request_id"])
        self.assertEqual(reply["r"]["request_id"], str(asked["request_id"]))
        self.assertEqual(reply["r"]["status"], "pending")

    def test_5_copy_of_observations(self):
        lines = "".join(f"model\trisk\t{12.5 + i}\n" for i in range(1000))
        with self.people["olga"].cursor() as cursor:
            cursor.copy_expert(
                "COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM STDIN",
                io.StringIO(lines))
            self.assertEqual(cursor.rowcount, 1000)

    def test_6_a_token_in_a_transaction(self):
        token = json.loads(os.environ["TOKENS"])["rosa"]
        connection = psycopg2.connect(user="gateway")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT gov_begin_as(%s)", (token,))
                cursor.execute("SELECT gov_current_actor()")
                self.assertEqual(cursor.fetchone(), ("rosa",))
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT gov_current_actor()")
                self.assertEqual(cursor.fetchone(), (None,))
        finally:
            connection.close()

    def test_7_calls_and_relations(self):
        """Numbers, JSON, arrays, intervals and composites, as literals of Python's values."""
        json_of = psycopg2.extras.Json
        now = datetime.datetime.now(datetime.timezone.utc)
        hour = datetime.timedelta(hours=1)
        calls = [
            ("gov_set_deployment_gate(%s, %s, %s, %s)", "staging", "accuracy", ">=", 0.9),
            ("gov_set_deployment_gate(%s, %s, %s, %s, %s)", "staging", "accuracy", ">=", 3, "risk"),
            ("gov_set_deployment_gate(%s, %s, %s, %s)", "staging", "accuracy", ">=", decimal.Decimal("0.1234567890123456789")),
            ("gov_set_policy(%s, %s, %s)", "model.required_approvals", 2, "why"),
            ("gov_set_policy(%s, %s)", "model.require_staging", True),
            ("gov_set_policy(%s, %s)", "model.require_staging", json_of(False)),
            ("gov_set_policy(%s, %s)", "sla.max_lateness", 24 * hour),
            ("gov_set_policy(%s, %s)", "sla.max_lateness", '"7 days"'),
            ("gov_override_policy(%s, %s, %s)", "model.required_approvals", 2, "why"),
            ("gov_define_sla(%s, %s, %s, %s, %s)", "system", "psycopg2", 300.5, 600, decimal.Decimal("99.9")),
            ("gov_define_sla(%s, %s)", "model", "risk"),
            ("gov_register_model(%s, %s, hyperparameters => %s)", "psycopg2", "1.0.0", json_of({"depth": 6})),
            ("gov_record_model_metrics(%s, %s, %s)", "risk", "1.0.0", json_of({"accuracy": 0.93})),
            ("gov_update_model(%s, tags => %s)", "risk", ["a", "b c"]),
            ("gov_observe(%s, %s, %s)", "model", "risk", 12.5),
            ("gov_observe(%s, %s, %s, %s, %s)", "model", "risk", 12, False, now),
            ("gov_observe_many(%s, %s, %s)", "model", "risk", [1.5, 2.5]),
            ("gov_observe_many(%s, %s, %s, %s, %s)", "model", "risk", [1, 2], [True, False], [now, now]),
            ("gov_sla_series(%s, %s, %s, %s, %s)", "model", "risk", now - hour, now, hour / 6),
            ("gov_sla_status(%s, %s)", "model", "risk"),
            ("gov_deployed_model(%s, as_of => %s)", "risk", now),
            ("gov_report_incident(%s, %s, %s, %s, %s, %s, %s)", "other", "info", "t", "d", "risk:1.0.0", 3, json_of({})),
            ("gov_resolve_incident(%s, %s)", 1, "mended"),
            ("gov_add_maintenance_window(%s, %s, %s, %s, %s)", "model", "risk", now + hour, now + 2 * hour, "why"),
            ("gov_assign_role(%s, %s, %s)", "bea", "analyst", now + hour),
            ("gov_create_role(%s, %s, %s)", "psycopg2", "d", ["audit:read"]),
            ("gov_create_role(%s, %s, %s)", "psycopg2", "d", []),
            ("gov_audit_trail(resource => %s)", "model_version/risk:1.0.0"),
            ("gov_merkle_root(%s)", [b"a", b"b"]),
            ("gov_merkle_leaf_hash(%s)", b"\0"),
            ("gov_request_approval(%s, %s)", "model_rollback", json_of({"model_id": "risk"})),
            ("gov_row_json((SELECT v FROM governance.model_versions AS v LIMIT 1))",),
            ("gov_log_event(%s, %s, %s, details => %s)", "sale", "sell", "goods/1", json_of({"n": 1})),
        ]
        connection = psycopg2.connect(user="postgres")
        try:
            for text, *values in calls:
                with self.subTest(text, values=values), connection.cursor() as cursor:
                    cursor.execute(f"SELECT * FROM {text}", values)
                    cursor.fetchall()
                connection.rollback()
            with connection.cursor() as cursor:
                cursor.execute("SELECT c.oid::regclass::text FROM pg_class AS c"
                               " WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v')")
                for (relation,) in cursor.fetchall():
                    cursor.execute(f"SELECT * FROM {relation}")
                    cursor.fetchall()
        finally:
            connection.close()


unittest.main(verbosity=2)
