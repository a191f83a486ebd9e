#!/usr/bin/env bash
#
# Package:   prometheus 2.42.0+ds-5+deb12u1 (Debian 12), its promtool
# Date:      2026-11-29
# Expected:  a unit test of rules that names an alert which none of its rule
#            files has is an error, or at least a warning.
# Seen:      "SUCCESS", status 0: where a test expects that an alert does not
#            fire, a slip in its name or a renamed rule makes it pass for good.
#
# Needs apt-get on Debian 12.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download prometheus=2.42.0+ds-5+deb12u1 2>/dev/null
dpkg-deb -x prometheus_*.deb root
cat >rules.yml <<'END'
groups:
  - name: log
    rules:
      - alert: SealLagTooLong
        expr: seal_lag_seconds > 60
        for: 1m
END
cat >test.yml <<'END'
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: seal_lag_seconds
        values: 100x10
    alert_rule_test:
      - eval_time: 5m
        alertname: SealLagTooLnog
        exp_alerts: []
END
version=$(root/usr/bin/promtool --version | head -n 1)
seen=$(root/usr/bin/promtool test rules test.yml) && status=0 || status=$?
echo "$version: $(tr -s "\n " " " <<<"$seen"), status $status"
[ "$status" -eq 0 ] && [[ $seen == *SUCCESS* ]]
