#!/usr/bin/env bash
#
# Have one server count what another one observes, beside its own: the sources'
# rollups come by logical replication and are merged.  docs/SCALING.md explains.
#
#	add-source.sh NAME SOURCE TARGET
#
# NAME is that of the source at the target: letters, digits, _.  SOURCE and
# TARGET are connection strings of superusers, like "host=db1 dbname=shop"; the
# target's server connects to SOURCE, too, so a password belongs into its
# .pgpass.  Needs wal_level = logical at the source, and the extension, of the
# same version, in both databases.
#
# What the source has counted until now is merged once, then whatever it counts:
# each observation exactly once.  It is one transaction at the target: if
# anything fails, nothing came, and the slot at the source is dropped again.
set -eu

if [ $# -ne 3 ] || [[ ! $1 =~ ^[a-z][a-z0-9_]{0,40}$ ]]; then
	sed -n '3,/^set /s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
name=$1
source=$2
target=$3
object=governance_$name
rows=$(mktemp)
script=$(mktemp)
slot_made=
trap 'rm -f "$rows" "$script"
	[ -z "$slot_made" ] || ask "$source" \
		"SELECT pg_drop_replication_slot('"'$object'"')" >/dev/null' EXIT

# ask CONNECTION SQL
ask() {
	psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}

complain() {
	printf '%s\n' "$*" >&2
	exit 1
}

# --- may it be? -----------------------------------------------------------------

[ "$(ask "$source" 'SHOW wal_level')" = logical ] ||
	complain "the source needs wal_level = logical"
versions="SELECT extversion FROM pg_extension WHERE extname = 'governance'"
[ "$(ask "$source" "$versions")" = "$(ask "$target" "$versions")" ] ||
	complain "source and target have different versions of the extension"
# Rollups name the revision of a target, and were held against it.
promised="SELECT format('%s %s %s: %s %s', resource_type, resource_id, revision,
	response_time_p95, response_time_p99)
	COLLATE \"C\" FROM governance.sla_targets ORDER BY 1"
ask "$source" "$promised" >"$rows"
ask "$target" "$promised" >"$script"
missing=$(LC_ALL=C comm -23 "$rows" "$script")
[ -z "$missing" ] || complain "the target lacks service levels of the source" \
	"(type, id, revision: p95, p99); define them in the same order:
$missing"

# --- what the source publishes ----------------------------------------------------

# Inserts alone: that the source folds a delta away is not the target's affair.
[ -n "$(ask "$source" "SELECT 1 FROM pg_publication WHERE pubname = 'governance_rollups'")" ] ||
	# (a worker of Citus would have it made elsewhere, and refuse)
	ask "$source" "SET citus.enable_ddl_propagation = off;
		CREATE PUBLICATION governance_rollups
		FOR TABLE governance.sla_deltas WITH (publish = 'insert')"

# --- what it has until now ------------------------------------------------------------

# The slot begins where this transaction's snapshot ends.  Finer rollups are
# removed first, so of each time the finest there is.
cat >"$script" <<END
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
CREATE_REPLICATION_SLOT $object LOGICAL pgoutput USE_SNAPSHOT;
\\o $rows
COPY (
	WITH kept AS (
		SELECT coalesce(min(kept_from) FILTER (WHERE level = 'minute'), '-infinity') AS minute,
			coalesce(min(kept_from) FILTER (WHERE level = 'hour'), '-infinity') AS hour
		FROM governance.sla_retention
	)
	SELECT resource_type, resource_id, revision, minute, observations, failed, over_p95, over_p99, sketch
	FROM governance.sla_deltas
	UNION ALL
	SELECT s.resource_type, s.resource_id, s.revision, s.minute, s.observations, s.failed, s.over_p95, s.over_p99, s.sketch
	FROM governance.sla_minutes AS s, kept
	WHERE s.minute >= kept.minute
	UNION ALL
	SELECT s.resource_type, s.resource_id, s.revision, s.hour, s.observations, s.failed, s.over_p95, s.over_p99, s.sketch
	FROM governance.sla_hours AS s, kept
	WHERE s.hour >= kept.hour AND s.hour < kept.minute
	UNION ALL
	SELECT s.resource_type, s.resource_id, s.revision, s.day, s.observations, s.failed, s.over_p95, s.over_p99, s.sketch
	FROM governance.sla_days AS s, kept
	WHERE s.day < kept.hour AND s.day < kept.minute
) TO STDOUT;
\\o
COMMIT;
END
psql -Xq -v ON_ERROR_STOP=1 -d "$source replication=database" -f "$script" \
	>/dev/null
slot_made=yes

# --- into the target, and what comes from now on -------------------------------------------

{
	echo 'BEGIN;'
	echo "COPY governance.sla_deltas (resource_type, resource_id, revision, minute,"
	echo "	observations, failed, over_p95, over_p99, sketch) FROM STDIN;"
	cat "$rows"
	echo '\.'
	# a quote in the connection string is doubled
	echo "CREATE SUBSCRIPTION $object CONNECTION '${source//\'/\'\'}'"
	echo "	PUBLICATION governance_rollups"
	echo "	WITH (create_slot = false, slot_name = '$object', copy_data = false);"
	echo 'COMMIT;'
} >"$script"
psql -Xq -v ON_ERROR_STOP=1 -d "$target" -f "$script" >/dev/null
slot_made=
echo "$name: $(wc -l <"$rows") rollups taken over, following from here"
