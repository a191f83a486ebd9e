// Calls with numbers, JSON, arrays, times and composites by Go's lib/pq, and every
// row of every table and view.
package main

import (
	"database/sql"
	"fmt"
	"os"
	"time"

	"github.com/lib/pq"
)

var failed = false

func show(right bool, what string) {
	if right {
		fmt.Println("ok -", what)
	} else {
		failed = true
		fmt.Println("not ok -", what)
	}
}

// ours says whether an error is a refusal of ours: a function was found and the
// values were of its types.
func ours(err error) bool {
	refusal, is := err.(*pq.Error)
	if !is {
		return false
	}
	switch refusal.Code {
	case "42883", "42725", "42P18", "42804", "42846", "22P02", "22P03":
		return false
	}
	return true
}

// read runs a query in a transaction that is rolled back, and reads all of it.
func read(db *sql.DB, query string, values ...interface{}) (int, error) {
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	rows, err := tx.Query(query, values...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	count := 0
	for rows.Next() {
		fields := make([]interface{}, len(columns))
		for i := range fields {
			fields[i] = new(interface{})
		}
		if err := rows.Scan(fields...); err != nil {
			return 0, err
		}
		count++
	}
	return count, rows.Err()
}

func main() {
	db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s dbname=%s user=postgres sslmode=disable",
		os.Getenv("PGHOST"), os.Getenv("PGPORT"), os.Getenv("PGDATABASE")))
	if err != nil {
		fmt.Println("not ok -", err)
		os.Exit(1)
	}
	now := time.Now()
	calls := []struct {
		query  string
		values []interface{}
	}{
		{"gov_set_deployment_gate($1, $2, $3, $4)", []interface{}{"staging", "accuracy", ">=", 0.9}},
		{"gov_set_deployment_gate($1, $2, $3, $4, $5)", []interface{}{"staging", "accuracy", ">=", 3, "risk"}},
		{"gov_set_policy($1, $2, $3)", []interface{}{"model.required_approvals", 2, "why"}},
		{"gov_set_policy($1, $2, $3)", []interface{}{"model.require_staging", true, "why"}},
		{"gov_set_policy($1, $2)", []interface{}{"sla.max_lateness", `"7 days"`}},
		{"gov_override_policy($1, $2, $3)", []interface{}{"model.required_approvals", 2, "why"}},
		{"gov_define_sla($1, $2, $3, $4, $5)", []interface{}{"system", "pq", 300.5, 600, 99.9}},
		{"gov_define_sla($1, $2)", []interface{}{"model", "risk"}},
		{"gov_register_model($1, $2, hyperparameters => $3, model_size_bytes => $4)", []interface{}{"pq", "1.0.0", `{"depth": 6}`, int64(1) << 53}},
		{"gov_record_model_metrics($1, $2, $3)", []interface{}{"risk", "1.0.0", []byte(`{"accuracy": 0.93}`)}},
		{"gov_update_model($1, tags => $2)", []interface{}{"risk", pq.Array([]string{"a", "b c"})}},
		{"gov_observe($1, $2, $3)", []interface{}{"model", "risk", 12.5}},
		{"gov_observe($1, $2, $3, $4, $5)", []interface{}{"model", "risk", 12, false, now}},
		{"gov_observe_many($1, $2, $3)", []interface{}{"model", "risk", pq.Array([]float64{1.5, 2.5})}},
		{"gov_observe_many($1, $2, $3, $4, $5)", []interface{}{"model", "risk", pq.Array([]float64{1}), pq.Array([]bool{true}), pq.Array([]time.Time{now})}},
		{"gov_sla_series($1, $2, $3, $4, $5)", []interface{}{"model", "risk", now.Add(-time.Hour), now, "10 min"}},
		{"gov_sla_status($1, $2)", []interface{}{"model", "risk"}},
		{"gov_deployed_model($1, as_of => $2)", []interface{}{"risk", now}},
		{"gov_report_incident($1, $2, $3, $4, $5, $6, $7)", []interface{}{"other", "info", "t", "d", "risk:1.0.0", 3, `{"a": [1]}`}},
		{"gov_resolve_incident($1, $2)", []interface{}{1, "mended"}},
		{"gov_incident_timeline($1)", []interface{}{1}},
		{"gov_add_maintenance_window($1, $2, $3, $4, $5)", []interface{}{"model", "risk", now.Add(time.Hour), now.Add(2 * time.Hour), "why"}},
		{"gov_assign_role($1, $2, $3)", []interface{}{"bea", "analyst", now.Add(24 * time.Hour)}},
		{"gov_create_role($1, $2, $3)", []interface{}{"pq", "d", pq.Array([]string{"audit:read"})}},
		{"gov_create_api_token($1, $2, $3)", []interface{}{"rosa", "pq", now.Add(time.Hour)}},
		{"gov_audit_trail(resource => $1)", []interface{}{"model_version/risk:1.0.0"}},
		{"gov_audit_inclusion_proof($1)", []interface{}{5}},
		{"gov_merkle_root($1)", []interface{}{pq.ByteaArray{[]byte("a"), []byte("b")}}},
		{"gov_merkle_leaf_hash($1)", []interface{}{[]byte{0, 1}}},
		{"gov_period_end($1, $2, $3, $4)", []interface{}{"DE", "days", 10, now}},
		{"gov_request_approval($1, $2)", []interface{}{"model_rollback", `{"model_id": "risk"}`}},
		{"gov_row_json((SELECT v FROM governance.model_versions AS v LIMIT 1))", nil},
		{"gov_log_event($1, $2, $3, details => $4)", []interface{}{"sale", "sell", "goods/1", `{"n": 1}`}},
		{"gov_compliance_report()", nil},
	}
	answered := 0
	for _, call := range calls {
		_, err := read(db, "SELECT * FROM "+call.query, call.values...)
		if err == nil {
			answered++
		}
		show(err == nil || ours(err), fmt.Sprint(call.query, " ", err))
	}
	show(answered >= 28, fmt.Sprint(answered, " of them answered"))

	rows, err := db.Query("SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v')")
	if err != nil {
		fmt.Println("not ok -", err)
		os.Exit(1)
	}
	relations := []string{}
	for rows.Next() {
		var name string
		rows.Scan(&name)
		relations = append(relations, name)
	}
	rows.Close()
	show(len(relations) > 50, "tables and views")
	for _, name := range relations {
		if _, err := read(db, "SELECT * FROM "+name); err != nil {
			show(false, name+": "+err.Error())
		}
	}
	var from sql.NullTime
	err = db.QueryRow("SELECT valid_from FROM governance.sla_targets WHERE resource_id = 'risk'").Scan(&from)
	show(err == nil && !from.Valid, "a first revision is from the beginning")
	if failed {
		os.Exit(1)
	}
}
