// Calls with numbers, JSON, arrays, intervals and composites by PostgreSQL's JDBC
// driver, and every row of every table and view.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.net.SocketFactory;
import org.postgresql.PGConnection;
import org.postgresql.fastpath.FastpathArg;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

class jdbc {
	static boolean failed = false;

	static void show(boolean right, String what) {
		failed |= !right;
		System.out.println((right ? "ok - " : "not ok - ") + what);
	}

	// No such function, more than one, values of other types: no refusal of ours.
	static final Set<String> NOT_OURS =
		Set.of("42883", "42725", "42P18", "42804", "42846", "22P02", "22P03");

	record Call(String text, Object... values) {
	}

	static PGobject json(String text) throws SQLException {
		PGobject value = new PGobject();
		value.setType("jsonb");
		value.setValue(text);
		return value;
	}

	static int read(Connection db, String query, Object... values) throws SQLException {
		int rows = 0;
		try (PreparedStatement statement = db.prepareStatement(query)) {
			for (int i = 0; i < values.length; i++) {
				statement.setObject(i + 1, values[i]);
			}
			ResultSet result = statement.executeQuery();
			int columns = result.getMetaData().getColumnCount();
			while (result.next()) {
				for (int i = 1; i <= columns; i++) {
					result.getObject(i);
				}
				rows++;
			}
		} finally {
			db.rollback();
		}
		return rows;
	}

	// 0.5, as the server sends it
	static final byte[] DOUBLE_HALF = ByteBuffer.allocate(8).putDouble(0.5).array();
	static final byte[] NUMERIC_HALF = {0, 1, -1, -1, 0, 0, 0, 1, 0x13, (byte) 0x88};

	static boolean call(Connection db, String function, Object... values) throws SQLException {
		PreparedStatement oid = db.prepareStatement("SELECT ?::regprocedure::oid::int");
		oid.setString(1, function);
		ResultSet found = oid.executeQuery();
		found.next();
		FastpathArg[] arguments = new FastpathArg[values.length];
		for (int i = 0; i < values.length; i++) {
			arguments[i] = new FastpathArg(values[i] instanceof byte[] bytes ? bytes : values[i].toString().getBytes(UTF_8));
		}
		try {
			return db.unwrap(PGConnection.class).getFastpathAPI().fastpath(found.getInt(1), arguments) != null;
		} catch (SQLException e) {
			System.out.println(function + " " + e.getSQLState() + " " + e.getMessage());
			return false;
		} finally {
			db.rollback();
		}
	}

	static String[] relations(Connection db) throws SQLException {
		List<String> names = new ArrayList<>();
		try (ResultSet result = db.createStatement().executeQuery(
			"SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace ="
				+ " 'governance'::regnamespace AND c.relkind IN ('r', 'v')")) {
			while (result.next()) {
				names.add(result.getString(1));
			}
		}
		return names.toArray(String[]::new);
	}

	public static void main(String[] arguments) throws Exception {
		Properties settings = new Properties();
		settings.setProperty("user", "postgres");
		settings.setProperty("sslmode", "disable");
		settings.setProperty("socketFactory", LocalSockets.class.getName());
		Connection db = DriverManager.getConnection(
			"jdbc:postgresql://localhost/" + System.getenv("PGDATABASE"), settings);
		db.setAutoCommit(false);

		OffsetDateTime now = OffsetDateTime.now();
		Call[] calls = {
			new Call("gov_set_deployment_gate(?, ?, ?, ?)", "staging", "accuracy", ">=", 0.9),
			new Call("gov_set_deployment_gate(?, ?, ?, ?)", "staging", "accuracy", ">=", 0.9f),
			new Call("gov_set_deployment_gate(?, ?, ?, ?, ?)", "staging", "accuracy", ">=", 3L, "risk"),
			new Call("gov_set_deployment_gate(?, ?, ?, ?)", "staging", "accuracy", ">=", new java.math.BigDecimal("0.12345678901234567890")),
			new Call("gov_set_policy(?, ?, ?)", "model.required_approvals", 2, "why"),
			new Call("gov_set_policy(?, ?, ?)", "model.required_approvals", 2L, "why"),
			new Call("gov_set_policy(?, ?)", "model.require_staging", true),
			new Call("gov_set_policy(?, ?)", "model.require_staging", "false"),
			new Call("gov_set_policy(?, ?)", "model.require_staging", json("true")),
			new Call("gov_set_policy(?, ?)", "sla.max_lateness", new PGInterval("7 days")),
			new Call("gov_override_policy(?, ?, ?)", "model.required_approvals", 2, "why"),
			new Call("gov_define_sla(?, ?, ?, ?, ?)", "system", "jdbc", 300.5, 600, 99.9),
			new Call("gov_define_sla(?, ?)", "model", "risk"),
			new Call("gov_register_model(?, ?, hyperparameters => ?, model_size_bytes => ?)", "jdbc", "1.0.0", json("{\"depth\": 6}"), 1L << 53),
			new Call("gov_record_model_metrics(?, ?, ?)", "risk", "1.0.0", json("{\"accuracy\": 0.93}")),
			new Call("gov_update_model(?, tags => ?)", "risk", db.createArrayOf("text", new String[] {"a", "b c"})),
			new Call("gov_observe(?, ?, ?)", "model", "risk", 12.5),
			new Call("gov_observe(?, ?, ?, ?, ?)", "model", "risk", 12, false, now),
			new Call("gov_observe_many(?, ?, ?)", "model", "risk", db.createArrayOf("float8", new Double[] {1.5, 2.5})),
			new Call("gov_observe_many(?, ?, ?, ?, ?)", "model", "risk", db.createArrayOf("int4", new Integer[] {1}),
				db.createArrayOf("bool", new Boolean[] {true}), db.createArrayOf("timestamptz", new Object[] {now.toString()})),
			new Call("gov_sla_series(?, ?, ?, ?, ?)", "model", "risk", now.minusHours(1), now, new PGInterval("10 min")),
			new Call("gov_sla_status(?, ?)", "model", "risk"),
			new Call("gov_deployed_model(?, as_of => ?)", "risk", now),
			new Call("gov_report_incident(?, ?, ?, ?, ?, ?, ?)", "other", "info", "t", "d", "risk:1.0.0", 3, json("{}")),
			new Call("gov_resolve_incident(?, ?)", 1, "mended"),
			new Call("gov_add_maintenance_window(?, ?, ?, ?, ?)", "model", "risk", now.plusHours(1), now.plusHours(2), "why"),
			new Call("gov_assign_role(?, ?, ?)", "bea", "analyst", now.plusHours(1)),
			new Call("gov_create_role(?, ?, ?)", "jdbc", "d", db.createArrayOf("text", new String[] {"audit:read"})),
			new Call("gov_audit_trail(resource => ?)", "model_version/risk:1.0.0"),
			new Call("gov_audit_inclusion_proof(?)", 5),
			new Call("gov_merkle_root(?)", db.createArrayOf("bytea", new byte[][] {{1}, {2}})),
			new Call("gov_merkle_leaf_hash(?)", new byte[] {0, 1}),
			new Call("gov_request_approval(?, ?)", "model_rollback", json("{\"model_id\": \"risk\"}")),
			new Call("gov_row_json((SELECT v FROM governance.model_versions AS v LIMIT 1))"),
			new Call("gov_log_event(?, ?, ?, details => ?)", "sale", "sell", "goods/1", json("{\"n\": 1}")),
			new Call("gov_compliance_report()"),
		};
		int answered = 0;
		for (Call call : calls) {
			try {
				read(db, "SELECT * FROM " + call.text(), call.values());
				answered++;
				show(true, call.text());
			} catch (SQLException e) {
				show(!NOT_OURS.contains(e.getSQLState()), call.text() + " " + e.getSQLState() + " " + e.getMessage());
			}
		}
		show(answered >= 30, answered + " of them answered");

		// the protocol's function call tells no types but the declared ones
		for (String type : new String[] {"double precision", "numeric"}) {
			show(call(db, "gov_set_deployment_gate(text,text,text," + type + ",text)",
				"staging", "accuracy", ">=", type.equals("numeric") ? NUMERIC_HALF : DOUBLE_HALF, "risk"), type);
		}
		show(call(db, "gov_set_policy(text,jsonb,text)", "model.require_staging", "\001true", "why"), "jsonb");
		show(call(db, "gov_set_policy(text,text,text)", "model.require_staging", "true", "why"), "text");
		show(!call(db, "gov_set_policy(text,anyelement,text)", "model.require_staging", "true", "why"), "anyelement");

		String[] relations = relations(db);
		show(relations.length > 50, "tables and views");
		for (String relation : relations) {
			try {
				read(db, "SELECT * FROM " + relation);
			} catch (SQLException e) {
				show(false, relation + " " + e.getMessage());
			}
		}
		System.exit(failed ? 1 : 0);
	}

	// The server listens on a unix socket alone.
	public static class LocalSockets extends SocketFactory {
		@Override
		public Socket createSocket() {
			return new LocalSocket();
		}

		@Override
		public Socket createSocket(String host, int port) {
			return createSocket();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress local, int localPort) {
			return createSocket();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) {
			return createSocket();
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
			return createSocket();
		}
	}

	static class LocalSocket extends Socket {
		SocketChannel channel;

		@Override
		public void connect(SocketAddress endpoint, int timeout) throws IOException {
			channel = SocketChannel.open(UnixDomainSocketAddress.of(
				System.getenv("PGHOST") + "/.s.PGSQL." + System.getenv("PGPORT")));
		}

		@Override
		public boolean isConnected() {
			return channel != null;
		}

		@Override
		public InputStream getInputStream() {
			return Channels.newInputStream(channel);
		}

		@Override
		public OutputStream getOutputStream() {
			return Channels.newOutputStream(channel);
		}

		@Override
		public void close() throws IOException {
			channel.close();
		}

		@Override
		public void setTcpNoDelay(boolean on) throws SocketException {
		}

		@Override
		public void setSoTimeout(int timeout) throws SocketException {
		}

		@Override
		public int getSoTimeout() {
			return 0;
		}

		@Override
		public void setKeepAlive(boolean on) throws SocketException {
		}

		@Override
		public int getSendBufferSize() {
			return 8192;
		}

		@Override
		public int getReceiveBufferSize() {
			return 8192;
		}
	}
}
