#!/usr/bin/env bash
#
# Package:   python3-holidays 0.10.1-3 (Debian 12)
# Date:      2026-11-29
# Expected:  the ISO codes that the package's own table of countries lists, two
#            letters and three, name the country: CountryHoliday('IRL') is that
#            of 'IE', as "Ireland  IE/IRL" says.
# Seen:      51 of the 56 codes of three letters are a KeyError, "Country
#            IRL not available", also DEU, USA and GBR: the classes are there in
#            holidays/countries, but the package does not import them.  FRA is
#            one that works.
#
# Needs apt-get on Debian 12 and its python3.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download python3-holidays=0.10.1-3 python3-convertdate \
	python3-dateutil python3-pymeeus python3-six 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
export PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
cat >ask.py <<'END_OF_PYTHON'
import re

import holidays
from holidays.countries import ireland

table = open(f'{holidays.__path__[0]}-{holidays.__version__}.egg-info').read()
codes = re.findall(r'^ {8}[A-Z][A-Za-z ]* {2,}(?:[A-Z/]+/)?([A-Z]{3})\b',
                   table, re.M)
codes.remove('ISO')
refused = {}
for code in codes:
    try:
        holidays.CountryHoliday(code)
    except KeyError as error:
        refused[code] = error.args[0]
print('holidays', holidays.__version__)
print(f'{len(refused)} of {len(codes)} listed codes of three letters refused:',
      *refused)
print(refused['IRL'])
assert {'IRL', 'DEU', 'USA', 'GBR'} <= set(refused) and 'FRA' not in refused
assert holidays.CountryHoliday('IE', years=2025) == ireland.IRL(years=2025)
END_OF_PYTHON
/usr/bin/python3 ask.py
