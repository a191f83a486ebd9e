# The same over HTTP
#
# Run by test/demo: PGHOST, PGPORT and DATABASE say where the database is.
set -u
port=$((20000 + RANDOM % 10000))
base=http://127.0.0.1:$port/api/governance

token() {
	psql -qtAX -d "$DATABASE" -c "SELECT gov_create_api_token('$1', 'demo')"
}

# ask WHO METHOD PATH [BODY]: show the request, and what comes back.
ask() {
	printf '\n%s: %s %s %s\n' "$1" "$2" "$3" "${4:-}"
	curl -sS -X "$2" -w '\n-> %{http_code}\n' \
		-H "Authorization: Bearer ${tokens[$1]:-}" \
		-H 'Content-Type: application/json' ${4:+-d "$4"} "$base$3"
}

declare -A tokens
tokens[dana]=$(token dana)
tokens[amir]=$(token amir)
tokens[ines]=$(token ines)
psql -qX -d "$DATABASE" -c "CREATE ROLE demo_gateway LOGIN" || exit 1

echo 'A gateway, whose database role has no right of its own; API tokens say who acts.'
governance-gateway --listen "127.0.0.1:$port" --access-log off \
	--db "host=$PGHOST port=$PGPORT dbname=$DATABASE user=demo_gateway" 2>/dev/null &
gateway=$!
trap 'kill $gateway 2>/dev/null; wait $gateway 2>/dev/null' EXIT
for ((i = 0; i < 100; i++)); do
	curl -s -o /dev/null "$base/health" && break
	sleep 0.1
done

ask dana POST /models/register '{"model_id": "lane_keeper", "version": "0.1.0", "description": "keeps the lane"}'
ask dana POST /models/lane_keeper/versions/0.1.0/approve '{"approved_by": "dana"}'
ask amir POST /models/lane_keeper/versions/0.1.0/approve '{"approved_by": "amir", "comments": "tested on the track"}'
ask amir GET /users/dana/permissions/model:register
ask ines GET '/audit-log?resource=model_version/lane_keeper:0.1.0&limit=1'
ask nobody GET /models
