#!/usr/bin/env bash
#
# Package:   json-c 0.16-2 (Debian 12's libjson-c5 and libjson-c-dev)
# Date:      2026-11-28
# Expected:  an integer that fits no 64 bits becomes a double, as a fraction
#            does, or is refused, at least by JSON_TOKENER_STRICT; a fraction
#            keeps its digits when it is written again, so a whole number should.
# Seen:      it becomes the largest (or smallest) 64-bit integer, in silence and
#            under JSON_TOKENER_STRICT too: 36893488147419103232 is written again
#            as 18446744073709551615.  1.10 next to it keeps its last zero, for
#            of a double json-c keeps the text.
#
# Needs apt-get on Debian 12 and gcc.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download libjson-c5=0.16-2 libjson-c-dev=0.16-2 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
lib=$(dirname "$(find root -name 'libjson-c.so.5' | head -n 1)")
cat >again.c <<'END'
#include <stdio.h>
#include <string.h>
#include <json-c/json.h>

int main(void)
{
	const char *text = "[36893488147419103232, -36893488147419103232, 1.10]";
	struct json_tokener *t = json_tokener_new();
	struct json_object *o;

	json_tokener_set_flags(t, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(t, text, strlen(text) + 1);
	printf("json-c %s: %s, %s\n", json_c_version(),
		json_tokener_error_desc(json_tokener_get_error(t)),
		json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	return 0;
}
END
gcc -Iroot/usr/include again.c -o again "$lib/libjson-c.so.5"
seen=$(LD_LIBRARY_PATH=$lib ./again)
echo "$seen"
[ "$seen" = "json-c 0.16: success, [18446744073709551615,-9223372036854775808,1.10]" ]
