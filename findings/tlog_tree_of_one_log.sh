#!/usr/bin/env bash
#
# Package:   golang.org/x/mod 0.7.0 (Debian 12's golang-golang-x-mod-dev), by
#            go 1.19.8
# Date:      2026-11-29
# Expected:  tlog.ParseTree reads the checkpoint of any transparency log of the
#            C2SP form (origin, size, root): the package's other functions are
#            for any log.
# Seen:      it reads those whose first line is "go.sum database tree", Go's own,
#            and says "malformed tree note" of every other origin.  A reader of
#            another log's checkpoint takes the three lines apart itself and goes
#            on with tlog.CheckRecord and tlog.CheckTree, which do not care.
#
# Needs apt-get on Debian 12, and go.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download golang-golang-x-mod-dev=0.7.0-1 2>/dev/null
dpkg-deb -x golang-golang-x-mod-dev_*.deb root
dpkg-deb -W golang-golang-x-mod-dev_*.deb
go version
cat >tree.go <<'END'
package main

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	for _, origin := range []string{"go.sum database tree", "example.org/log"} {
		tree, err := tlog.ParseTree([]byte(origin +
			"\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"))
		fmt.Printf("%s: size %d, error %v\n", origin, tree.N, err)
	}
}
END
env GO111MODULE=off GOFLAGS='' GOPATH="$dir/root/usr/share/gocode" GOCACHE="$dir/cache" go run tree.go | tee seen
grep -qx 'go.sum database tree: size 1, error <nil>' seen
grep -qx 'example.org/log: size 0, error malformed tree note' seen
