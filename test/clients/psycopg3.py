"""Every public function by psycopg 3, with Python's own values; every row of every
table and view comes out.  What is refused is refused by us: a function is found,
no argument has a type that has to be guessed, and nothing cannot be read."""

import datetime
import os
import sys
import unittest
import uuid

try:
    import psycopg
    from psycopg.types.json import Jsonb
except ImportError:
    print("no psycopg 3 for /usr/bin/python3: test/setup clients installs it")
    sys.exit(77)

NOW = datetime.datetime.now(datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)

# By the argument's name (and function), else by its type.
NAMED = {
    "model_id": "risk", "version": "1.0.0", "usecase_id": "lending", "user_id": "olga", "role": "operator",
    "permission": "audit:read", "environment": "staging", "alias": "champion", "resource_type": "model",
    "resource_id": "risk", "resource": "risk:1.0.0", "category": "safety", "severity": "error", "name": "model.require_staging",
    "status": None, "machine": "model_version", "operator": ">=", "metric": "accuracy", "starts_at": NOW + HOUR, "ends_at": NOW + 2 * HOUR,
    "until": NOW + 2 * HOUR, "since": NOW - HOUR, "expires_at": NOW + 24 * HOUR, "model_ids": ["risk"], "roles": ["analyst"],
    "permissions": ["audit:read"], "metrics": Jsonb({"accuracy": 0.91}), "context": Jsonb({"model_id": "risk"}), "hours": 24,
    "gov_create_user.user_id": "newcomer", "gov_create_role.role": "new", "gov_register_model.version": "9.0.0",
    "gov_set_policy.value": True, "gov_override_policy.value": True, "gov_policy.name": "gate.sla", "gov_incidents.status": "unresolved",
    "gov_set_escalation_rule.violation_type": "availability", "gov_log_event.status": "success", "action": "model_rollback",
    "gov_observe.success": True, "gov_create_environment.name": "canary", "step": datetime.timedelta(minutes=10),
}
TYPED = {
    "text": "text", "name": "rosa", "integer": 3, "bigint": 3, "double precision": 99.5, "numeric": 0.5, "boolean": True,
    "timestamp with time zone": NOW, "date": datetime.date(2030, 2, 1), "interval": datetime.timedelta(minutes=5),
    "uuid": uuid.uuid4(), "jsonb": Jsonb({}), "bytea": bytes(32), "text[]": ["a"], "double precision[]": [1.5, 2.5],
    "boolean[]": [True, False], "timestamp with time zone[]": [NOW, NOW], "bytea[]": [bytes(32), bytes(32)], "anyelement": 2,
}

# No such function, more than one, a type that cannot be told or does not fit.
NOT_OURS = {"42883", "42725", "42P18", "42804", "42846"}


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.connection = psycopg.connect(user="postgres")

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()

    def tried(self, text, values=()):
        """Its rows, or the SQLSTATE; nothing of it remains."""
        try:
            with self.connection.transaction(force_rollback=True):
                return self.connection.execute(text, values).fetchall()
        except psycopg.Error as error:
            self.assertIsNotNone(error.sqlstate, f"{text}: {error}")
            self.assertNotIn(error.sqlstate, NOT_OURS, f"{text}: {error}")
            return error.sqlstate

    def test_every_function(self):
        functions = self.connection.execute("""
            SELECT p.proname, p.proargnames[1:p.pronargs], ARRAY(
                SELECT t.type::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, n) ORDER BY t.n)
            FROM pg_proc AS p
            JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
            JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'governance'
            WHERE p.proname LIKE 'gov\\_%%' AND p.prokind = 'f' AND p.pronargs - p.pronargdefaults >= 0
                AND NOT p.proargtypes::oid[] && ARRAY['internal', 'record', 'governance.sketch']::regtype[]::oid[]
                AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)
            ORDER BY 1, 3""", ()).fetchall()
        self.assertGreater(len(functions), 120)
        answered = 0
        for name, names, types in functions:
            if name in ("gov_pre_restore", "gov_post_restore") or any(t.startswith("governance.") for t in types):
                continue
            with self.subTest(name, types=types):
                values = [NAMED.get(f"{name}.{n}", NAMED.get(n, TYPED.get(t)))
                          for n, t in zip(names or [], types)]
                if "anyelement" not in types and "value" in (names or []) and types[names.index("value")] == "text":
                    values[names.index("value")] = "true"
                if "value" in (names or []) and types[names.index("value")] == "jsonb":
                    values[names.index("value")] = Jsonb(True)
                rows = self.tried(f"SELECT * FROM {name}({', '.join(['%s'] * len(values))})", values)
                answered += isinstance(rows, list)
        self.assertGreater(answered, 90)

    def test_every_relation(self):
        relations = self.connection.execute("""
            SELECT c.oid::regclass::text FROM pg_class AS c
            WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY 1""").fetchall()
        self.assertGreater(len(relations), 50)
        for (relation,) in relations:
            with self.subTest(relation):
                self.assertIsInstance(self.tried(f"SELECT * FROM {relation}"), list)

    def test_numbers_and_booleans(self):
        for value in (0.9, 1, 2**40):
            [(threshold,)] = self.tried("SELECT threshold FROM gov_set_deployment_gate('staging', 'accuracy', '>=', %s)", (value,))
            self.assertEqual(float(threshold), value)
        [(value,)] = self.tried("SELECT value FROM gov_set_policy('model.required_approvals', %s, 'why')", (2,))
        self.assertEqual(value, 2)
        [(value,)] = self.tried("SELECT value FROM gov_set_policy('model.require_staging', %s)", (False,))
        self.assertIs(value, False)
        [(value,)] = self.tried("SELECT value FROM gov_set_policy('model.require_staging', %s)", ("false",))
        self.assertIs(value, False)
        [(value,)] = self.tried("SELECT value FROM gov_set_policy('model.require_staging', %s)", (Jsonb(False),))
        self.assertIs(value, False)
        [(value,)] = self.tried("SELECT value FROM gov_set_policy('sla.max_lateness', %s)", (datetime.timedelta(days=7),))
        self.assertIn("7 days", value)
        self.assertEqual(self.tried("SELECT gov_set_policy('model.required_approvals', %s)", (1.5,)), "22023")

    def test_first_revision(self):
        """It is from the beginning, which Python's datetime does not know."""
        with self.connection.cursor(binary=True) as cursor:
            for text in ("SELECT valid_from FROM gov_define_sla('system', 'psycopg')",
                         "SELECT valid_from FROM governance.sla_targets WHERE resource_id = 'psycopg'"):
                self.assertEqual(cursor.execute(text).fetchall(), [(None,)])
            [(begin,)] = cursor.execute("SELECT valid_from FROM gov_define_sla('system', 'psycopg', 400)").fetchall()
            self.assertIsNotNone(begin.tzinfo)
        self.connection.rollback()


if __name__ == "__main__":
    os.environ.setdefault("PGAPPNAME", "psycopg")
    unittest.main(verbosity=2)
