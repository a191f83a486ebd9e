# shellcheck shell=bash
#
# A private PostgreSQL cluster, to be sourced: test/run, test/demo and the
# benchmarks make theirs with it.
#
#	. test/cluster.sh
#	cluster_open regress "shared_preload_libraries = 'governance'"
#	psql -d postgres ...            # PGHOST, PGPORT and PGUSER are set
#	cluster_close                   # or leave it to the trap
#
# The server runs as an unprivileged user, also when the caller is root; it
# listens on a unix socket alone, in a folder with a short name, for a socket's
# path ends at 107 bytes.  One cluster is open at a time.  Whatever way the
# script ends, the trap stops its server and removes its folders.
#
# The caller stands in the top folder of the source, where build/ is made.
# Nothing here needs /proc (so no process substitution): the suite also runs in
# a plain chroot.

export LC_ALL=C
PG_CONFIG=${PG_CONFIG:-pg_config}

CLUSTER_TREE=.			# the source that is installed
CLUSTER_COPY=build/server	# where the server's copy is made
CLUSTER_SERVER=			# what that copy has before each of its paths
CLUSTER_OS_USER=		# who runs the server
CLUSTER_AS=()			# the words before a command that make it so
CLUSTER_DIR=			# data/ and server.log of the open cluster
CLUSTER_SOCKET=			# folder of its socket
CLUSTER_NAME=
CLUSTER_KEEP=			# not empty: the folder survives cluster_close
CLUSTER_CHILD=			# process group that cluster_run waits for
declare -A CLUSTER_CHILDREN=()	# process groups in the background, by leader
CLUSTER_SETTINGS=${CLUSTER_SETTINGS:-}	# more lines of configuration
CLUSTER_VALGRIND=${CLUSTER_VALGRIND:-}	# suppressions: run the server under it
CLUSTER_SCRATCH=()		# folders to be removed at the end
CLUSTER_START=${EPOCHREALTIME/./}

# say TEXT: one step, with the time since the script began.
say() {
	local tenths=$(((${EPOCHREALTIME/./} - CLUSTER_START) / 100000))
	printf '[%6d.%ds] %s\n' $((tenths / 10)) $((tenths % 10)) "$*"
}

complain() {
	printf '%s\n' "$*" >&2
}

# cluster_bin: the folder of the server's programs: of the copy that
# cluster_install made, else of PG_CONFIG's own.
cluster_bin() {
	printf '%s%s\n' "$CLUSTER_SERVER" "$("$PG_CONFIG" --bindir)"
}

# Who may run a server?  PostgreSQL refuses root.
cluster_choose_user() {
	[ -z "$CLUSTER_OS_USER" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		CLUSTER_OS_USER=$(id -un)
		return
	fi
	CLUSTER_OS_USER=nobody
	! id -u postgres >/dev/null 2>&1 || CLUSTER_OS_USER=postgres
	if command -v runuser >/dev/null; then
		CLUSTER_AS=(runuser -u "$CLUSTER_OS_USER" --)
	else
		CLUSTER_AS=(setpriv --reuid "$CLUSTER_OS_USER" --init-groups
			--regid "$(id -g "$CLUSTER_OS_USER")" --)
	fi
}

# cluster_as COMMAND...: run it as the user of the server.
cluster_as() {
	cluster_choose_user
	"${CLUSTER_AS[@]}" "$@"
}

# cluster_scratch NAME: make a folder of the server's user, path in REPLY.
# It is under build/, or under /tmp where that user cannot reach build/.
cluster_scratch() {
	cluster_choose_user
	mkdir -p build || return
	if cluster_as test -x "$PWD/build" 2>/dev/null; then
		REPLY=$(mktemp -d -p "$PWD/build") || return
	else
		REPLY=$(mktemp -d -p /tmp) || return
		complain "user $CLUSTER_OS_USER cannot reach $PWD/build: using $REPLY for $1"
	fi
	CLUSTER_SCRATCH+=("$REPLY")
	chmod 700 "$REPLY"
	[ "$(id -u)" -ne 0 ] || chown "$CLUSTER_OS_USER:" "$REPLY"
}

# cluster_init DIR [LINE...]: make a data directory with these further lines
# of configuration; the last of two lines on one setting holds.
cluster_init() {
	local dir=$1
	shift
	cluster_as "$(cluster_bin)/initdb" --no-sync --auth=trust \
		--username=postgres --encoding=UTF8 --locale=C -D "$dir/data" \
		>"$dir/initdb.out" 2>&1 </dev/null || {
		complain "initdb failed:"
		tail -n 20 "$dir/initdb.out" >&2
		return 1
	}
	{
		printf '%s\n' "listen_addresses = ''" \
			"fsync = off" \
			"max_connections = 200" \
			"max_prepared_transactions = 20" \
			"log_line_prefix = '%m [%p] %q%u@%d '" \
			"log_timezone = 'UTC'" \
			"$@" "$CLUSTER_SETTINGS"
	} >>"$dir/data/postgresql.conf"
}

# cluster_wrap DIR: a program in DIR that runs the server under valgrind, each
# process with a report of its own; path in REPLY.
cluster_wrap() {
	REPLY=$1/postgres-under-valgrind
	cat >"$REPLY" <<-END
		#!/bin/sh
		exec valgrind --quiet --trace-children=yes --leak-check=no \\
			--suppressions='$CLUSTER_VALGRIND' \\
			--suppressions='$PWD/test/valgrind.supp' --num-callers=25 \\
			--log-file='$1/valgrind-%p.log' \\
			'$(cluster_bin)/postgres' "\$@"
	END
	chmod 755 "$REPLY"
}

# cluster_start DIR: start the server on that data directory.
cluster_start() {
	local bin wrapper=()
	bin=$(cluster_bin)
	if [ -n "$CLUSTER_VALGRIND" ]; then
		cluster_wrap "$1"
		wrapper=(-p "$REPLY")
	fi
	CLUSTER_DIR=$1
	CLUSTER_SOCKET=$(mktemp -d -p /tmp) || return
	CLUSTER_SCRATCH+=("$CLUSTER_SOCKET")
	chmod 755 "$CLUSTER_SOCKET"
	[ "$(id -u)" -ne 0 ] || chown "$CLUSTER_OS_USER:" "$CLUSTER_SOCKET"

	export PGHOST=$CLUSTER_SOCKET
	export PGPORT=$((50000 + RANDOM % 10000))
	export PGUSER=postgres
	unset PGDATABASE PGSERVICE PGOPTIONS PGPASSWORD PGHOSTADDR PGDATA

	(cd "$CLUSTER_DIR" && cluster_as "$bin/pg_ctl" start --silent --wait \
		-t 300 "${wrapper[@]}" -D "$CLUSTER_DIR/data" -l "$CLUSTER_DIR/server.log" \
		-o "-p $PGPORT -k $CLUSTER_SOCKET" >/dev/null 2>&1 </dev/null) || {
		complain "the server does not start:"
		tail -n 20 "$CLUSTER_DIR/server.log" >&2
		return 1
	}
}

# cluster_open NAME [LINE...]: a new cluster, started.
cluster_open() {
	CLUSTER_NAME=$1
	shift
	cluster_scratch "cluster $CLUSTER_NAME" &&
		cluster_init "$REPLY" "$@" &&
		cluster_start "$REPLY"
}

# cluster_stop_under DIR [MODE]: stop every server whose data directory is
# somewhere in DIR; also those of a test that died.
cluster_stop_under() {
	local bin pidfile
	bin=$(cluster_bin)
	while IFS= read -r pidfile; do
		[ -n "$pidfile" ] || continue
		(cd / && cluster_as "$bin/pg_ctl" stop --silent --wait -t 60 \
			-m "${2:-immediate}" -D "$(dirname "$pidfile")" \
			>/dev/null 2>&1 </dev/null) ||
			complain "could not stop the server of $pidfile"
	done <<<"$(find "$1" -name postmaster.pid 2>/dev/null)"
}

# cluster_close [MODE]: stop the server, keep its log in build/log/, forget it.
cluster_close() {
	[ -n "$CLUSTER_DIR" ] || return 0
	cluster_stop_under "$CLUSTER_DIR" "${1:-fast}"
	mkdir -p build/log
	[ ! -f "$CLUSTER_DIR/server.log" ] || cat "$CLUSTER_DIR/server.log" \
		>"build/log/server-${CLUSTER_NAME:-cluster}.log"
	[ -n "$CLUSTER_KEEP" ] || rm -rf "$CLUSTER_DIR"
	rm -rf "$CLUSTER_SOCKET"
	CLUSTER_DIR=
	CLUSTER_SOCKET=
}

# cluster_crashes: print the lines of the open cluster's log that no test may
# cause: a crashed backend, a failed assertion.
cluster_crashes() {
	grep -E 'was terminated by signal|PANIC: |TRAP: |ERROR:  .*stuck spinlock' \
		"$CLUSTER_DIR/server.log"
}

# cluster_memory_errors: print what valgrind found in the open cluster, each
# stack once, with how many times it was met and the first process that did.
cluster_memory_errors() {
	cat "$CLUSTER_DIR"/valgrind-*.log 2>/dev/null | awk '
		function close_block() {
			if (block != "" && !count[block]++) {
				order[++n] = block
				first[block] = process
			}
			block = ""
		}
		{ pid = $1; gsub("=", "", pid); sub(/^[^ ]+ ?/, "") }
		$0 == "" { close_block(); next }
		{
			process = pid
			gsub(/0x[0-9A-F]+/, "0x...")
			block = block $0 "\n"
		}
		END {
			close_block()
			for (i = 1; i <= n; i++)
				printf "%d times, first in process %s:\n%s\n",
					count[order[i]], first[order[i]], order[i]
			exit n == 0
		}'
}

# cluster_run COMMAND...: run it so that a signal to this script ends it too.
# A plain foreground command would hold the trap back until it had finished.
cluster_run() {
	cluster_run_with /dev/null "$@"
}

# cluster_run_with FILE COMMAND...: the same, FILE being its standard input.
cluster_run_with() {
	local status input=$1
	shift
	setsid "$@" <"$input" &
	CLUSTER_CHILD=$!
	wait "$CLUSTER_CHILD"
	status=$?
	CLUSTER_CHILD=
	return "$status"
}

# cluster_copy: a copy of PG_CONFIG's server, for nothing of ours to go into the
# system's own.  Its folders keep their places relative to each other, by which
# its programs find them.  It lies in CLUSTER_COPY, or under /tmp where the
# server's user cannot reach that; it is made again when the server changes.
cluster_copy() {
	local bin lib share dir stamp new
	# by its path: the copy's own goes to the front of PATH
	PG_CONFIG=$(command -v "$PG_CONFIG") &&
		bin=$("$PG_CONFIG" --bindir) && lib=$("$PG_CONFIG" --pkglibdir) &&
		share=$("$PG_CONFIG" --sharedir) &&
		stamp=$(ls -l "$bin" "$lib" "$share/extension") || return
	CLUSTER_SERVER=$PWD/$CLUSTER_COPY
	[ "$stamp" != "$(cat "$CLUSTER_COPY/stamp" 2>/dev/null)" ] || return 0
	mkdir -p build && new=$(mktemp -d -p "$PWD/build") || return
	chmod 755 "$new"
	for dir in "$bin" "$lib" "$share"; do
		mkdir -p "$new$dir" && cp -RL "$dir/." "$new$dir" || return
	done
	rm -f "$new$lib/governance.so" "$new$share/extension/governance"[.-]*
	printf '%s\n' "$stamp" >"$new/stamp"
	rm -rf "$CLUSTER_COPY" && mv "$new" "$CLUSTER_COPY"
}

# cluster_install: `make install` of CLUSTER_TREE into a copy of the server of
# PG_CONFIG.
cluster_install() {
	local old
	cluster_copy || return
	cluster_choose_user
	if ! cluster_as test -x "$CLUSTER_SERVER" 2>/dev/null; then
		old=$CLUSTER_SERVER
		cluster_scratch "the server's copy" && cp -R "$old/." "$REPLY" &&
			chmod 755 "$REPLY" || return
		CLUSTER_SERVER=$REPLY
	fi
	make -s --no-print-directory -C "$CLUSTER_TREE" install PG_CONFIG="$PG_CONFIG" \
		DESTDIR="$CLUSTER_SERVER"
}

cluster_cleanup() {
	local status=$? dir i child
	trap - EXIT
	trap '' INT TERM HUP
	for child in $CLUSTER_CHILD "${CLUSTER_CHILDREN[@]}"; do
		kill -TERM -- "-$child" 2>/dev/null
		for ((i = 0; i < 600; i++)); do
			kill -0 -- "-$child" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL -- "-$child" 2>/dev/null
	done
	cluster_close immediate
	for dir in "${CLUSTER_SCRATCH[@]}"; do
		[ "$dir" != "$CLUSTER_KEEP" ] || continue
		[ ! -d "$dir" ] || { cluster_stop_under "$dir"; rm -rf "$dir"; }
	done
	exit "$status"
}

trap cluster_cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
