#!/usr/bin/env bash
#
# Package:   PostgreSQL 15.20-0+deb12u1 (Debian 12's postgresql-15)
# Date:      2026-11-28
# Expected:  in an extension's script @extschema@ stands for the schema's name,
#            so that '@extschema@' in quotes is that name as a text, as the
#            catalogs have it.
# Seen:      it stands for the name as an SQL identifier: a schema "Two words"
#            gives '"Two words"', with the double quotes in it, and a look-up by
#            that text finds nothing.  With a plain name nothing is to be seen.
#            A name with a quote, a dollar or a backslash is refused instead
#            (22023), so '@extschema@'::regnamespace is right and safe.
#
# Needs apt-get on Debian 12, and root to become a user who may run a server.
set -eu
export LC_ALL=C
dir=$(mktemp -d)
bin=$dir/root/usr/lib/postgresql/15/bin
as=(env)
[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid nobody --regid nogroup --clear-groups --)
trap '"${as[@]}" "$bin/pg_ctl" stop -s -m immediate -D "$dir/run/data" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT

cd "$dir"
apt-get -qq download postgresql-15=15.20-0+deb12u1 postgresql-client-15=15.20-0+deb12u1
for package in *.deb; do dpkg-deb -x "$package" root; done
extension=root/usr/share/postgresql/15/extension
printf '%s\n' "default_version = '1'" >"$extension/places.control"
printf '%s\n' "CREATE FUNCTION literal() RETURNS text LANGUAGE sql AS \$\$ SELECT '@extschema@'::text \$\$;" \
	>"$extension/places--1.sql"
chmod 755 "$dir"
mkdir run
[ "$(id -u)" -ne 0 ] || chown nobody run
"${as[@]}" "$bin/initdb" -D run/data -A trust -U postgres -N >/dev/null
"${as[@]}" "$bin/pg_ctl" start -s -w -D run/data -l run/log \
	-o "-c listen_addresses='' -c unix_socket_directories=$dir/run -c fsync=off"
ask() {
	"$bin/psql" -h "$dir/run" -U postgres -XAtqc "$1" postgres 2>&1
}
ask "SELECT version()"
ask 'CREATE SCHEMA "Two words"'
ask 'CREATE EXTENSION places SCHEMA "Two words"'
literal=$(ask 'SELECT "Two words".literal()')
found=$(ask "SELECT count(*) FROM pg_namespace WHERE nspname = '$literal'")
echo "the literal: $literal"
echo "schemas of that name: $found"
ask 'DROP EXTENSION places; CREATE SCHEMA "It'"'"'s"' >/dev/null
refused=$(ask 'CREATE EXTENSION places SCHEMA "It'"'"'s"' || true)
echo "a name with a quote: $refused"
[ "$literal" = '"Two words"' ] && [ "$found" = 0 ] && [[ $refused == *"invalid character in extension"* ]]
