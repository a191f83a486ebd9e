/*
 * config.c
 *		Settings of the gateway: flags before environment before file.
 */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/address.h"
#include "gateway/config.h"
#include "gateway/memory.h"
#include "gateway/tls.h"

#define ENV_PREFIX "GOVERNANCE_GATEWAY_"

typedef enum Kind
{
	TEXT,
	NUMBER,
	TIME,						/* 30s, 500ms, 2min; a bare number: seconds */
	BYTES						/* 1MB, 64kB; a bare number: bytes */
} Kind;

typedef struct Setting
{
	const char *name;
	Kind		kind;
	size_t		offset;
	const char *standard;
	long		min;
	long		max;
	const char *help;
} Setting;

#define AT(member) offsetof(Config, member)
#define DAY 86400000L

static const Setting settings[] = {
	{"config", TEXT, AT(config), "", 0, 0,
	"file with lines \"name = value\", read again on SIGHUP"},
	{"listen", TEXT, AT(listen), "127.0.0.1:8080", 0, 0,
	"HOST:PORT, [IPV6]:PORT or unix:PATH to listen on"},
	{"db", TEXT, AT(db), "", 0, 0,
	"conninfo of the database; its role needs no rights of its own"},
	{"db-read", TEXT, AT(db_read), "", 0, 0,
	"conninfo of a standby that answers what only reads"},
	{"pool", NUMBER, AT(pool), "16", 1, 1000,
	"connections to the database, and as many to the standby"},
	{"db-timeout", TIME, AT(db_timeout), "30s", 10, DAY,
	"longest statement"},
	{"pool-wait", TIME, AT(pool_wait), "5s", 1, DAY,
	"how long a request waits for a connection before it is 503"},
	{"request-timeout", TIME, AT(request_timeout), "30s", 10, DAY,
	"time in which a request must have arrived, and its answer been read"},
	{"idle-timeout", TIME, AT(idle_timeout), "60s", 10, DAY,
	"how long a connection may wait for its next request to begin"},
	{"header-timeout", TIME, AT(header_timeout), "5s", 10, DAY,
	"time in which the first header of a new connection must have arrived"},
	{"grace", TIME, AT(grace), "20s", 0, DAY,
	"how long a stop or a reload waits for requests in progress"},
	{"max-body", BYTES, AT(max_body), "1MB", 1, 1L << 30,
	"largest body of a request"},
	{"max-header", BYTES, AT(max_header), "16kB", 1024, 1L << 20,
	"largest request line and headers together"},
	{"max-connections", NUMBER, AT(max_connections), "512", 1, 100000,
	"connections of clients"},
	{"max-connections-per-ip", NUMBER, AT(max_connections_per_ip), "0",
		0, 100000, "those of one address; 0: no limit"},
	{"max-anonymous-per-ip", NUMBER, AT(max_anonymous_per_ip), "32",
		0, 100000, "those of one address that have not shown a valid token yet; 0: no limit"},
	{"trusted-proxy", TEXT, AT(trusted_proxy), "", 0, 0,
	"addresses and networks, with commas between, whose connections these three do not concern"},
	{"rate-limit", NUMBER, AT(rate_limit), "0", 0, 1000000,
	"requests a second of one token; 0: no limit"},
	{"rate-burst", NUMBER, AT(rate_burst), "0", 0, 1000000,
	"requests of one token at once; 0: as many as in a second"},
	{"tls-cert", TEXT, AT(tls_cert), "", 0, 0,
	"file with the certificate chain (PEM): speak HTTPS"},
	{"tls-key", TEXT, AT(tls_key), "", 0, 0,
	"file with its private key (PEM), which nobody else may read"},
	{"tls-min-version", TEXT, AT(tls_min_version), "1.2", 0, 0,
	"oldest version of TLS that is spoken: 1.0, 1.1, 1.2 or 1.3"},
	{"cors-origin", TEXT, AT(cors_origin), "", 0, 0,
	"origins that browsers may call from, with commas between; empty: none"},
	{"access-log", TEXT, AT(access_log), "-", 0, 0,
	"file for one JSON line a request; - is standard output, off is none"},
	{"webhooks", TEXT, AT(webhooks), "", 0, 0,
	"file with the endpoints that governance.events are delivered to"},
};

#define SETTINGS ((int) (sizeof(settings) / sizeof(settings[0])))

static void
complain(const char *name, const char *value, const char *where,
		 const char *why)
{
	fprintf(stderr, "governance-gateway: %s \"%s\" %s: %s\n", name, value,
			where, why);
}

static bool
unit_factor(const char *unit, Kind kind, long *factor)
{
	static const struct
	{
		Kind		kind;
		const char *unit;
		long		factor;
	}			units[] = {
		{TIME, "", 1000}, {TIME, "ms", 1}, {TIME, "s", 1000},
		{TIME, "min", 60000}, {TIME, "h", 3600000},
		{BYTES, "", 1}, {BYTES, "B", 1}, {BYTES, "kB", 1024},
		{BYTES, "MB", 1048576}, {NUMBER, "", 1},
	};
	size_t		i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		if (units[i].kind == kind && strcasecmp(units[i].unit, unit) == 0)
		{
			*factor = units[i].factor;
			return true;
		}
	}
	return false;
}

static bool
set(Config *config, const Setting *setting, const char *value,
	const char *where)
{
	char	   *end;
	long		number;
	long		factor;

	if (setting->kind == TEXT)
	{
		char	  **text = (char **) ((char *) config + setting->offset);

		free(*text);
		*text = must_strdup(value);
		return true;
	}
	errno = 0;
	number = strtol(value, &end, 10);
	while (isspace((unsigned char) *end))
		end++;
	if (end == value || errno != 0 ||
		!unit_factor(end, setting->kind, &factor))
	{
		complain(setting->name, value, where,
				 setting->kind == NUMBER ? "not a number" :
				 setting->kind == TIME ? "not a time, such as 500ms, 30s, 2min" :
				 "not a size, such as 64kB, 1MB");
		return false;
	}
	if (number < 0 || number > setting->max / factor ||
		number * factor < setting->min)
	{
		complain(setting->name, value, where, "out of range");
		return false;
	}
	*(long *) ((char *) config + setting->offset) = number * factor;
	return true;
}

static const Setting *
find(const char *name, size_t len)
{
	int			i;

	for (i = 0; i < SETTINGS; i++)
	{
		if (strlen(settings[i].name) == len &&
			memcmp(settings[i].name, name, len) == 0)
			return &settings[i];
	}
	return NULL;
}

static const char *
from_environment(const Setting *setting)
{
	char		name[128] = ENV_PREFIX;
	size_t		len = strlen(name);
	const char *c;

	for (c = setting->name; *c != '\0'; c++)
		name[len++] = *c == '-' ? '_' : toupper((unsigned char) *c);
	name[len] = '\0';
	return getenv(name);
}

static char *
trim(char *text)
{
	size_t		len;

	while (isspace((unsigned char) *text))
		text++;
	len = strlen(text);
	while (len > 0 && isspace((unsigned char) text[len - 1]))
		text[--len] = '\0';
	return text;
}

static bool
read_line(Config *config, char *line, const char *where)
{
	char	   *name = trim(line);
	char	   *equals;
	const Setting *setting;
	char	   *value;

	if (*name == '\0' || *name == '#')
		return true;
	equals = strchr(name, '=');
	if (equals == NULL)
	{
		complain("line", name, where, "not \"name = value\"");
		return false;
	}
	*equals = '\0';
	name = trim(name);
	value = trim(equals + 1);
	setting = find(name, strlen(name));
	if (setting == NULL || setting->offset == AT(config))
	{
		complain("setting", name, where, "there is none of that name");
		return false;
	}
	return set(config, setting, value, where);
}

static bool
read_file(Config *config, const char *path)
{
	FILE	   *file = fopen(path, "r");
	char		line[4096];
	char		where[512];
	int			number = 0;
	bool		good = true;

	if (file == NULL)
	{
		complain("config", path, "cannot be opened", strerror(errno));
		return false;
	}
	while (good && fgets(line, sizeof(line), file) != NULL)
	{
		snprintf(where, sizeof(where), "in %s, line %d", path, ++number);
		good = read_line(config, line, where);
	}
	fclose(file);
	return good;
}

/* The value of a flag, "--name=value" or "--name value". */
static bool
read_flag(int argc, char **argv, int *i, const Setting **setting,
		  const char **value)
{
	const char *name = argv[*i];
	const char *equals;
	size_t		len;

	if (strncmp(name, "--", 2) != 0)
	{
		complain("argument", name, "on the command line",
				 "flags begin with --; see --help");
		return false;
	}
	name += 2;
	equals = strchr(name, '=');
	len = equals ? (size_t) (equals - name) : strlen(name);
	*setting = find(name, len);
	if (*setting == NULL)
	{
		complain("flag", argv[*i], "on the command line", "see --help");
		return false;
	}
	if (equals == NULL && *i + 1 >= argc)
	{
		complain("flag", argv[*i], "on the command line", "needs a value");
		return false;
	}
	*value = equals ? equals + 1 : argv[++*i];
	return true;
}

static bool
read_flags(Config *config, int argc, char **argv, bool only_file,
		   ConfigAction *action)
{
	int			i;

	for (i = 1; i < argc; i++)
	{
		const Setting *setting;
		const char *value;

		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			*action = CONFIG_HELP;
		else if (strcmp(argv[i], "--version") == 0)
			*action = CONFIG_VERSION;
		else if (strcmp(argv[i], "--check") == 0)
			*action = CONFIG_CHECK;
		else if (strcmp(argv[i], "--openapi") == 0)
			*action = CONFIG_OPENAPI;
		else
		{
			if (!read_flag(argc, argv, &i, &setting, &value))
				return false;
			if ((setting->offset == AT(config)) == only_file &&
				!set(config, setting, value, "on the command line"))
				return false;
		}
	}
	return true;
}

static bool
check(const Config *config)
{
	Network		networks[MAX_NETWORKS];
	const char *why = NULL;

	if (config->db[0] == '\0')
		why = "--db is missing: say which database, such as --db \"dbname=app user=gateway\"";
	else if ((config->tls_cert[0] == '\0') != (config->tls_key[0] == '\0'))
		why = "--tls-cert and --tls-key belong together";
	else if (tls_priorities(config->tls_min_version) == NULL)
		why = "--tls-min-version is 1.0, 1.1, 1.2 or 1.3";
	else if (networks_read(config->trusted_proxy, networks) < 0)
		why = "--trusted-proxy is a list of addresses and networks, such as 10.0.0.7, 192.0.2.0/24, 2001:db8::/48";
	if (why != NULL)
		fprintf(stderr, "governance-gateway: %s\n", why);
	return why == NULL;
}

static bool
read_all(Config *config, int argc, char **argv, ConfigAction *action)
{
	int			i;

	for (i = 0; i < SETTINGS; i++)
		set(config, &settings[i], settings[i].standard, "by default");

	/* the file's name, the file, and then what overrides it */
	for (i = 0; i < SETTINGS; i++)
	{
		const char *value = from_environment(&settings[i]);

		if (settings[i].offset == AT(config) && value != NULL)
			set(config, &settings[i], value, "in the environment");
	}
	if (!read_flags(config, argc, argv, true, action))
		return false;
	if (*action == CONFIG_HELP || *action == CONFIG_VERSION ||
		*action == CONFIG_OPENAPI)
		return true;
	if (config->config[0] != '\0' && !read_file(config, config->config))
		return false;
	for (i = 0; i < SETTINGS; i++)
	{
		const char *value = from_environment(&settings[i]);

		if (settings[i].offset != AT(config) && value != NULL &&
			!set(config, &settings[i], value, "in the environment"))
			return false;
	}
	return read_flags(config, argc, argv, false, action) && check(config);
}

Config *
config_read(int argc, char **argv, ConfigAction *action)
{
	Config	   *config = must_alloc(sizeof(Config));

	*action = CONFIG_RUN;
	if (!read_all(config, argc, argv, action))
	{
		config_free(config);
		return NULL;
	}
	return config;
}

void
config_free(Config *config)
{
	int			i;

	if (config == NULL)
		return;
	for (i = 0; i < SETTINGS; i++)
	{
		if (settings[i].kind == TEXT)
			free(*(char **) ((char *) config + settings[i].offset));
	}
	free(config);
}

void
config_help(void)
{
	int			i;

	printf("governance-gateway: the extension governance over HTTP\n\n"
		   "  governance-gateway --db CONNINFO [--listen HOST:PORT] [...]\n\n"
		   "Each setting is a flag, a variable " ENV_PREFIX "NAME in the\n"
		   "environment (upper case, - as _), or a line \"name = value\" of the file:\n"
		   "the flag wins, then the environment.\n\n");
	for (i = 0; i < SETTINGS; i++)
	{
		printf("  --%s %s\n        %s", settings[i].name,
			   settings[i].kind == TEXT ? "TEXT" :
			   settings[i].kind == NUMBER ? "NUMBER" :
			   settings[i].kind == TIME ? "TIME" : "SIZE", settings[i].help);
		if (settings[i].standard[0] != '\0')
			printf(" (%s)", settings[i].standard);
		printf("\n");
	}
	printf("  --check\n        say whether it would run: settings, files, database, SQL functions\n"
		   "  --openapi\n        print the OpenAPI document\n"
		   "  --version, --help\n\n"
		   "Signals: TERM and INT stop after the requests in progress; HUP reads the\n"
		   "settings and the TLS files again, and opens the access log again.\n");
}
