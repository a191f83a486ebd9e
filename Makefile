# governance: builds with PGXS.  `make help` lists the targets.
#
# PG_CONFIG= picks another server; WERROR= (empty) builds with a compiler that
# warns about more than ours does.

PG_CONFIG ?= pg_config
WERROR ?= -Werror

EXTENSION = governance
MODULE_big = governance
EXTVERSION = 1.0

# --- what the server module is made of -------------------------------------

# gateway/, jwks/ and verifier/ are programs of their own and stay out of it.
ROOMS = text tlog core identity access lifecycle law registry audit incident sla \
	signing compliance mlflow worker
OBJS := $(patsubst %.c,%.o,$(sort $(wildcard src/*.c \
	$(foreach room,$(ROOMS),src/$(room)/*.c))))
DEPS := $(OBJS:.o=.d)

# Sources that know nothing of the server: unit programs link all of them.
PURE_SRCS := $(sort $(wildcard src/text/*.c src/tlog/*.c \
	$(addprefix src/sla/,sketch.c sketch_text.c) \
	$(addprefix src/identity/,base64url.c jws.c) \
	$(addprefix src/signing/,bundle.c signer.c) \
	src/registry/filter.c \
	$(addprefix src/verifier/,event.c trees.c)))

# --- the offline verifier ------------------------------------------------------

# A program without a server, installed beside the server's own.  It needs
# json-c; without it the extension is built all the same.
VERIFY_SRCS := $(sort $(wildcard src/verifier/*.c src/tlog/*.c src/text/*.c \
	$(addprefix src/signing/,bundle.c signer.c)))
HAVE_JSON_C := $(shell echo '\#include <json-c/json.h>' | \
	$(or $(CC),cc) -E - >/dev/null 2>&1 && echo yes)
ifeq ($(HAVE_JSON_C),yes)
PROGRAMS = governance-verify
endif

# --- the install script -----------------------------------------------------

# The order of the parts; one that does not exist yet falls out.
SQL_PARTS = 00_header 10_form 20_identity 21_access 22_rights 23_tokens \
	24_issuers 25_answer 26_idempotency 30_lifecycle 31_audit 32_merkle 33_seal \
	34_checkpoint 35_retire \
	36_outbox 40_model 41_usecase 42_approval 43_policy 44_model_name 44_signing 45_period 46_attestation 46_search 47_mlflow 50_incident \
	51_deadline 60_sketch 61_sla 62_ingest 63_violation 64_escalation \
	65_sla_read 66_openslo 70_control 71_report 72_report_text \
	73_report_html 74_report_oscal 75_evidence 75_model_bom 76_views 77_read 79_inbox \
	79_report_page 80_operations 81_restore 82_metrics 90_triggers 95_bootstrap \
	97_publications 98_restore 99_grants
SQL_FILES := $(wildcard $(patsubst %,sql/parts/%.sql,$(SQL_PARTS)))
SQL_SCRIPT = sql/$(EXTENSION)--$(EXTVERSION).sql
DATA_built = $(SQL_SCRIPT)
# Install scripts of former versions, as they were released, and the scripts
# from one version to the next: docs/OPERATIONS.md says how to write one.
DATA = $(wildcard sql/released/$(EXTENSION)--*.sql \
	sql/upgrade/$(EXTENSION)--*--*.sql)

# --- tests --------------------------------------------------------------------

# In this order: install makes the extension, drop shows that nothing is left.
REGRESS_ORDER = install identity access access_convey cache_memory duties rights lifecycle \
	audit model model_name search model_deploy model_rollback model_read policy approval powers \
	usecase usecase_impact usecase_law usecase_dates admit pointers security secrets merkle seal proofs \
	checkpoint retire outbox period incident incident_deadline incident_clocks incident_owed \
	sketch sla_target sla_ingest sla_prepared sla_measurement sla_summary sla_verdict sla_violation \
	sla_maintenance sla_minimum sla_escalation sla_read sla_gate openslo incident_sla \
	control control_law control_each report report_render report_read sla_no_target evidence views help metrics \
	rest idempotency issuers \
	principals loans behind order maintenance moments numbers sequences written forms access_method drivers silent restore drop
REGRESS := $(foreach name,$(REGRESS_ORDER),\
	$(patsubst test/sql/%.sql,%,$(wildcard test/sql/$(name).sql)))
REGRESS_OPTS = --inputdir=test

ISOLATION := $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=$(EXTENSION)

UNIT_TESTS := $(sort $(patsubst test/unit/%.c,%,$(wildcard test/unit/*.c)))
TAP_FILES := $(sort $(wildcard test/t/*.pl))

# --- the gateway --------------------------------------------------------------

GATEWAY_SRCS := $(sort $(wildcard src/gateway/*.c src/text/*.c))
GATEWAY_OBJS = $(GATEWAY_SRCS:src/%.c=build/gateway/%.o)
GATEWAY_LIBS = -lmicrohttpd -lpq -lcurl -lcrypto -lpthread
# Debian's packages of what is not there.
GATEWAY_NEEDS = microhttpd.h=libmicrohttpd-dev libpq-fe.h=libpq-dev \
	curl/curl.h=libcurl4-openssl-dev \
	openssl/evp.h=libssl-dev

# --- the keys of issuers --------------------------------------------------------

JWKS_SRCS := $(sort $(wildcard src/jwks/*.c))
JWKS_UNITS = $(notdir $(wildcard src/jwks/*.service src/jwks/*.timer))
JWKS_LIBS = -lpq -lcurl -ljson-c
JWKS_NEEDS = libpq-fe.h=libpq-dev curl/curl.h=libcurl4-openssl-dev \
	json-c/json.h=libjson-c-dev

# --- compiler ---------------------------------------------------------------

# Parameters that a callback's type demands, and the mixed signs of
# PostgreSQL's own macros, are no mistakes; the rest of -Wextra stays.
WARNINGS = -Wall -Wextra $(WERROR) -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers \
	-Werror=implicit-function-declaration -Werror=int-conversion
PG_CPPFLAGS = -I$(srcdir)/src
# PGXS tracks no headers: the compiler writes a .d beside each object.
PG_CFLAGS = $(WARNINGS) -MMD -MP
SHLIB_LINK += -lcrypto

EXTRA_CLEAN = $(DEPS) build output_iso governance-verify governance-gateway \
	governance-jwks

# No bitcode: it needs a second compiler, twice the time, and inlines nothing
# that matters here.
override with_llvm = no
# PGXS's own dependency files are named without their folder: ours are kept.
override autodepend = no

.DEFAULT_GOAL := all

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
SERVER_MAJOR := $(shell $(PG_CONFIG) --version 2>/dev/null | \
	sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
ifneq ($(filter 8 9 10 11 12 13 14,$(SERVER_MAJOR)),)
$(error $(EXTENSION) needs PostgreSQL 15 or newer, $(PG_CONFIG) is of $(SERVER_MAJOR): set PG_CONFIG to the pg_config of a newer one)
endif

ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
else
# test/setup can still run: it installs what is missing here.
srcdir = .
all install uninstall installcheck:
	@echo "$(PG_CONFIG) finds no PGXS makefile: install the server's" \
		"development package (test/setup does), or set PG_CONFIG" >&2; exit 1
clean:
	rm -rf $(EXTRA_CLEAN) $(OBJS) $(SQL_SCRIPT) $(MODULE_big).so
endif

-include $(DEPS)

# Objects of another server, and a module that lost a source, are built again.
$(OBJS): build/built-for
$(MODULE_big).so: build/objects
build/built-for: CONTENT = $(shell $(PG_CONFIG) --version --includedir-server)
build/objects: CONTENT = $(OBJS)
build/built-for build/objects: FORCE
	@mkdir -p build; echo '$(CONTENT)' | cmp -s - $@ || \
		echo '$(CONTENT)' > $@

# The folder is a prerequisite too: a part may have gone.
$(SQL_SCRIPT): $(SQL_FILES) $(wildcard sql/parts) Makefile
	@{ printf '%s\n' \
		'\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	for part in $(SQL_FILES); do \
		echo; echo "/* $$part */"; cat $$part || exit 1; \
	done; } > $@.new && mv $@.new $@
	@echo "made $@ from $(words $(SQL_FILES)) parts"

governance-verify: $(VERIFY_SRCS) $(wildcard src/*/*.h) Makefile
	$(UNIT_CC) -std=gnu99 -O2 -g $(WARNINGS) -D_FORTIFY_SOURCE=2 \
		-fstack-protector-strong -fPIE -pie -DVERSION='"$(EXTVERSION)"' \
		-Isrc $(VERIFY_SRCS) -ljson-c -lcrypto -o $@

ifeq ($(HAVE_JSON_C),yes)
all: governance-verify
else
all: without-verify
endif

without-verify:
	@echo "governance-verify is not built: json-c's header files are missing" \
		"(libjson-c-dev; test/setup installs it)"

# The gateway is a program of its own; without its libraries the rest is built.
GATEWAY_CC = $(or $(CC),cc)
GATEWAY_INCLUDES = -Isrc -I$(shell $(PG_CONFIG) --includedir 2>/dev/null) \
	-I/usr/include/postgresql
GATEWAY_CFLAGS = -std=gnu11 -D_GNU_SOURCE -O2 -g -fstack-protector-strong \
	$(WARNINGS)
# $(call lacking,NEEDS): Debian's packages of the headers that are not there.
lacking = $(strip $(shell { $(foreach need,$(1), \
	printf '\043if !__has_include(<%s>)\n%s\n\043endif\n' \
		$(subst =, ,$(need));) } | \
	$(GATEWAY_CC) -E -P $(GATEWAY_INCLUDES) - 2>/dev/null))
GATEWAY_MISSING := $(call lacking,$(GATEWAY_NEEDS))
JWKS_MISSING := $(call lacking,$(JWKS_NEEDS))

ifeq ($(GATEWAY_MISSING),)
all: governance-gateway
PROGRAMS += governance-gateway
else
all install: no-gateway
endif
ifeq ($(JWKS_MISSING),)
all: governance-jwks
PROGRAMS += governance-jwks
else
all install: no-jwks
endif

no-gateway:
	@echo "governance-gateway is not built: missing $(GATEWAY_MISSING)"

build/gateway/%.o: src/%.c
	@mkdir -p $(@D)
	$(GATEWAY_CC) $(GATEWAY_CFLAGS) $(GATEWAY_INCLUDES) -MMD -MP -c $< -o $@

governance-gateway: $(GATEWAY_OBJS)
	$(GATEWAY_CC) $(GATEWAY_CFLAGS) $^ $(GATEWAY_LIBS) -o $@

-include $(GATEWAY_OBJS:.o=.d)

test-gateway-asan: build/gateway-asan
test-gateway-asan:	## the gateway's tests under sanitizers of memory and behaviour
	GATEWAY=$(CURDIR)/build/gateway-asan \
		TESTS="130_gateway 131_gateway_abuse 132_jwt 133_webhook \
		135_gateway_connections 136_gateway_cut 136_gateway_fields 138_gateway_routes \
		139_gateway_lists" \
		test/run tap

build/gateway-asan: $(GATEWAY_SRCS) $(wildcard src/gateway/*.h src/text/*.h)
	@mkdir -p $(@D)
	$(GATEWAY_CC) $(GATEWAY_CFLAGS) -O1 -fno-omit-frame-pointer \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined \
		$(GATEWAY_INCLUDES) $(GATEWAY_SRCS) $(GATEWAY_LIBS) -o $@

# --- installing what is not the module's ---------------------------------------------

# The programs beside the server's own, with links to where a shell finds them
# (LINKS= makes none), their manual to where man does, and the documents.  Whoever
# names folders, as for extension_control_path, gets all in them, and no link.
named = $(filter command line,$(origin $(1)))
LINKS ?= $(if $(call named,bindir),,/usr/local/bin)
MANUAL ?= $(if $(call named,mandir),$(mandir),/usr/local/share/man)
DOCUMENTS ?= $(docdir)/governance
SYSTEMD_UNITDIR ?= /etc/systemd/system
PAGES = $(wildcard man/*)
DOCUMENTED = README.md CHANGELOG.md LICENSE $(wildcard docs/*.* docs/*/*.*)

ifneq ($(call named,prefix),)
$(error prefix= moves nothing, the folders are those of the server: name datadir=, pkglibdir=, bindir=, mandir= and docdir=, or DESTDIR=)
endif

ifneq ($(wildcard $(PGXS)),)
install: install-programs
uninstall: uninstall-programs
endif

# A link is put in the place of a link alone, and taken away where it is ours.
install-programs: $(PROGRAMS)
	for program in $(PROGRAMS); do \
		install -D -m 755 $$program '$(DESTDIR)$(bindir)'/$$program || exit; \
		[ -n '$(LINKS)' ] || continue; \
		link='$(DESTDIR)$(LINKS)'/$$program; \
		if [ -e "$$link" ] && [ ! -L "$$link" ]; then \
			echo "$$link is somebody else's: it stays" >&2; \
		else \
			mkdir -p '$(DESTDIR)$(LINKS)' && \
				ln -sfn '$(bindir)'/$$program "$$link" || exit; \
		fi; \
	done
	for page in $(PAGES); do \
		install -D -m 644 $$page \
			'$(DESTDIR)$(MANUAL)'/man$${page##*.}/$${page##*/} || exit; \
	done
	for page in $(DOCUMENTED); do \
		install -D -m 644 $$page '$(DESTDIR)$(DOCUMENTS)'/$$page || exit; \
	done

uninstall-programs:
	for program in governance-verify governance-gateway governance-jwks; do \
		rm -f '$(DESTDIR)$(bindir)'/$$program; \
		link='$(DESTDIR)$(or $(LINKS),/usr/local/bin)'/$$program; \
		[ "$$(readlink "$$link")" != '$(bindir)'/$$program ] || rm -f "$$link"; \
	done
	for page in $(PAGES); do \
		rm -f '$(DESTDIR)$(MANUAL)'/man$${page##*.}/$${page##*/}; \
	done
	for unit in governance-gateway.service $(JWKS_UNITS); do \
		rm -f '$(DESTDIR)$(SYSTEMD_UNITDIR)'/$$unit; \
	done
	for page in $(DOCUMENTED); do \
		rm -f '$(DESTDIR)$(DOCUMENTS)'/$$page; \
	done
	for folder in $(sort $(dir $(wildcard docs/*/*.*))) docs ''; do \
		rmdir '$(DESTDIR)$(DOCUMENTS)'/$$folder 2>/dev/null || :; \
	done

install-gateway: install-programs
install-gateway:	## the programs, and a systemd unit for the gateway
	mkdir -p '$(DESTDIR)$(SYSTEMD_UNITDIR)'
	sed 's|@bindir@|$(bindir)|' src/gateway/governance-gateway.service \
		> '$(DESTDIR)$(SYSTEMD_UNITDIR)'/governance-gateway.service

# What fetches the keys of issuers has a login of its own, too.
no-jwks:
	@echo "governance-jwks is not built: missing $(JWKS_MISSING)"

governance-jwks: $(JWKS_SRCS) src/jwks/jwks.h Makefile
	$(GATEWAY_CC) $(GATEWAY_CFLAGS) -DVERSION='"$(EXTVERSION)"' \
		$(GATEWAY_INCLUDES) $(JWKS_SRCS) $(JWKS_LIBS) -o $@

install-jwks: install-programs
install-jwks:	## the programs, and systemd units for what fetches keys
	mkdir -p '$(DESTDIR)$(SYSTEMD_UNITDIR)'
	for unit in $(JWKS_UNITS); do \
		sed 's|@bindir@|$(bindir)|' src/jwks/$$unit \
			> '$(DESTDIR)$(SYSTEMD_UNITDIR)'/$$unit || exit; \
	done

# A unit program is its own file and the pure sources, without a server.
UNIT_CC = $(or $(CC),cc)
build/unit/%: test/unit/%.c $(wildcard test/unit/*.h) $(PURE_SRCS) $(wildcard src/*/*.h)
	@mkdir -p $(@D)
	$(UNIT_CC) -std=gnu99 -g -O1 $(WARNINGS) -Isrc -Itest/unit \
		$< $(PURE_SRCS) -lcrypto -lm -o $@

# What test/beside.sh loads into a server; it is installed nowhere.
build/visit/%.so: test/visit/%.c src/core/work.h build/built-for
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) $(CFLAGS_SL) -shared $< -o $@

# --- targets for people -------------------------------------------------------

export PG_CONFIG

test:			## install what is missing, build, run every test (or TESTS="...")
	@test/run $(PHASES)

test-clients:		## what Node, Python, Go and a browser read (or TESTS="...")
	@test/clients/run

demo:			## the same set-up, then the story of one model, told by SQL
	@test/demo

docs:			## write docs/REFERENCE.md, what the extension says of itself
	@test/reference

demo-psql:		## look around in the database that the demo left (ROLE=name)
	@test/demo psql $(ROLE)

bench:			## measure against what one would use instead, or BASE=commit
	@$(if $(BASE),test/bench/base $(BASE),test/bench/run)

unit:			## only the unit tests, without a server
	@test/run unit

test-beside:		## the regression tests beside the worker and a load (SEEDS=20)
	@test/run beside

test-matrix:		## every test on PostgreSQL 15, 17, 18 and 19, in chroots (root)
	@test/matrix

test-neighbours:	## the regression tests beside other extensions that are loaded
	@test/neighbours

test-assert:		## every test on a server built with assertions (minutes)
	@test/assert

test-scale:		## fill a database, look at times and plans (SCALE=full)
	@test/scale

fuzz:			## feed any bytes to what reads bytes, FUZZ_SECONDS=600 each
	@test/fuzz/run

check-style:	## only the scripts of test/check/
	@test/run check

setup:			## only install what is missing
	@test/setup

help:			## this list
	@echo "make                 build the module and the install script"
	@echo "make install         install them into the server of PG_CONFIG (LINKS=, DESTDIR=, datadir= ...)"
	@echo "make uninstall       take all of that away"
	@echo "make installcheck    run the regression tests against a running server"
	@echo "make clean           remove what was built"
	@sed -n 's/^\([a-z-]*\):[[:space:]]*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name text; do printf 'make %-15s %s\n' "$$name" "$$text"; done

# For scripts: the value of a variable, so that each list is kept once.
print-%:
	@echo $($*)

FORCE:
.PHONY: install-programs uninstall-programs without-verify
.PHONY: no-gateway install-gateway no-jwks install-jwks test-gateway-asan
.PHONY: docs test test-clients test-beside test-matrix test-neighbours test-assert test-scale demo \
	demo-psql bench unit fuzz \
	check-style setup help FORCE
