# A data scientist's MLflow, under the rules
#
# Run by test/demo: PGHOST, PGPORT and DATABASE say where the database is.
set -eu
port=$((20000 + RANDOM % 10000))
base=http://127.0.0.1:$port/api/2.0/mlflow

sql() {
	psql -qtAX -d "$DATABASE" -v ON_ERROR_STOP=1 "$@"
}

# ask STATUS METHOD PATH [BODY]: what MLflow's client sends, and what it is told.
ask() {
	local answer
	printf '\n%s %s %s\n' "$2" "$3" "${4:-}"
	answer=$(curl -sS -X "$2" -w '\n-> %{http_code}' \
		-H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
		${4:+-d "$4"} "$base/$3")
	printf '%s\n' "$answer"
	[[ $answer == *"-> $1" ]]
}

echo 'Mia trains with MLflow.  Her client is told another MLFLOW_REGISTRY_URI, and a token;'
echo 'she may register and deploy, and approve nothing.'
sql <<'SQL' >/dev/null
CREATE ROLE demo_mlflow LOGIN;
SELECT gov_create_role('ml_engineer', 'MLflow''s users', '{model:register,model:deploy,model:rollback,model:deprecate}');
SELECT gov_create_user('mia', NULL), gov_assign_role('mia', 'ml_engineer');
SQL
token=$(sql -c "SELECT gov_create_api_token('mia', 'mlflow')")
governance-gateway --listen "127.0.0.1:$port" --access-log off \
	--db "host=$PGHOST port=$PGPORT dbname=$DATABASE user=demo_mlflow" 2>/dev/null &
gateway=$!
trap 'kill $gateway 2>/dev/null; wait $gateway 2>/dev/null' EXIT
for ((i = 0; i < 100; i++)); do
	curl -s -o /dev/null "http://127.0.0.1:$port/health" && break
	sleep 0.1
done

ask 200 POST registered-models/create '{"name": "Who leaves?", "tags": [{"key": "team", "value": "crm"}]}'
ask 200 POST model-versions/create '{"name": "Who leaves?", "source": "s3://models/leaves/1", "run_id": "4f2c1d9"}'
ask 400 POST model-versions/transition-stage '{"name": "Who leaves?", "version": "1", "stage": "Production"}'
ask 400 POST registered-models/alias '{"name": "Who leaves?", "alias": "champion", "version": "1"}'

echo
echo 'So far MLflow would have said yes.  Amir looks at it, and approves;'
echo "Olga measures what production's gates ask for:"
model=$(sql -c "SELECT model_id FROM governance.models WHERE name = 'Who leaves?'")
psql -qX -d "$DATABASE" -U demo_amir -c "SELECT version, approval_status FROM gov_approve_model('$model', '1', 'tested on last year')"
psql -qX -d "$DATABASE" -U demo_olga -c "SELECT version, metrics FROM gov_record_model_metrics('$model', '1', '{\"accuracy\": 0.97, \"latency_ms\": 40}')"

ask 200 POST model-versions/transition-stage '{"name": "Who leaves?", "version": "1", "stage": "Staging"}'
ask 400 POST model-versions/transition-stage '{"name": "Who leaves?", "version": "1", "stage": "Production"}'

echo
echo 'Since that night production needs a request, approved by two.  Her token opens that,'
echo 'too:'
base=http://127.0.0.1:$port/api/governance
ask 200 POST approvals/request '{"action": "model_deploy_production", "context": {"model_id": "'"$model"'", "version": "1"}}'
for who in bea carl; do
	psql -qX -d "$DATABASE" -U demo_$who -c "SELECT '$who' AS who, action, status FROM gov_approve_request((SELECT max(request_id::text)::uuid
    FROM gov_approval_requests('pending') WHERE requester_id = 'mia'))"
done

base=http://127.0.0.1:$port/api/2.0/mlflow
ask 200 POST model-versions/transition-stage '{"name": "Who leaves?", "version": "1", "stage": "Production"}'
ask 200 POST registered-models/alias '{"name": "Who leaves?", "alias": "champion", "version": "1"}'

echo
echo 'What serves the model asks for models:/Who leaves?@champion, and others search:'
ask 200 GET 'registered-models/alias?name=Who%20leaves%3F&alias=champion'
ask 200 GET "registered-models/search?filter=tags.team%3D'crm'&order_by=name"

echo
echo 'And the question that MLflow cannot answer: what was live, and who made it so?'
psql -qX -d "$DATABASE" -c "SELECT d.version, d.environment, d.deployed_by, d.ended_at IS NULL AS live, a.reviewer AS approved_by
FROM governance.models AS m JOIN governance.deployment_history AS d USING (model_id)
JOIN governance.approval_history AS a USING (model_id, version)
WHERE m.name = 'Who leaves?' ORDER BY d.deployment_no"
