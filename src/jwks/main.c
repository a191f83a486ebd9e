/*
 * main.c
 *		governance-jwks: settings and signals.
 */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jwks/jwks.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

#define DAY 86400000L

volatile sig_atomic_t stopping = 0;

static const struct option options[] = {
	{"db", required_argument, NULL, 'd'},
	{"ca-file", required_argument, NULL, 'a'},
	{"issuer", required_argument, NULL, 'i'},
	{"timeout", required_argument, NULL, 't'},
	{"interval", required_argument, NULL, 'n'},
	{"pause", required_argument, NULL, 'p'},
	{"check", no_argument, NULL, 'c'},
	{"watch", no_argument, NULL, 'w'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0}
};

static const char help[] =
"governance-jwks fetches the keys of those who issue signed tokens for the\n"
"PostgreSQL extension governance.\n"
"\n"
"Usage: governance-jwks [OPTION]...\n"
"\n"
"  -d, --db=CONNINFO    the database; its role is a user with identity:keys\n"
"                       (or GOVERNANCE_JWKS_DB in the environment)\n"
"  -a, --ca-file=FILE   authorities (PEM) that vouch for issuers, instead of\n"
"                       the system's\n"
"  -i, --issuer=ISSUER  only this one\n"
"  -t, --timeout=TIME   longest answer of an issuer (10s)\n"
"  -c, --check          fetch and judge, but store nothing\n"
"  -w, --watch          go on: fetch all each interval, and one when a token\n"
"                       came with a key that is not known\n"
"  -n, --interval=TIME  how often, with --watch (15min)\n"
"  -p, --pause=TIME     between two questions to an issuer, at least (60s)\n"
"  -h, --help           this text\n"
"  -V, --version        the version\n"
"\n"
"Exit status: 0 all keys are as their issuers publish them; 1 some are not, and\n"
"stay as they were; 2 the settings are wrong, or the database cannot be asked.\n";

/* 500ms, 10s, 15min, 1h; a bare number: seconds. */
static bool
read_time(const char *text, long *ms)
{
	char	   *end;
	long		value;
	long		factor = 1000;

	errno = 0;
	value = strtol(text, &end, 10);
	if (strcmp(end, "ms") == 0)
		factor = 1;
	else if (strcmp(end, "min") == 0)
		factor = 60000;
	else if (strcmp(end, "h") == 0)
		factor = 3600000;
	else if (strcmp(end, "s") != 0 && *end != '\0')
		return false;
	if (errno != 0 || end == text || value <= 0 || value > DAY / factor)
		return false;
	*ms = value * factor;
	return true;
}

static bool
read_options(int argc, char **argv, Settings *settings)
{
	int			option;

	while ((option = getopt_long(argc, argv, "d:a:i:t:n:p:cwhV", options,
								 NULL)) != -1)
	{
		long	   *time = option == 't' ? &settings->timeout :
			option == 'n' ? &settings->interval :
			option == 'p' ? &settings->pause : NULL;

		if (option == 'd')
			settings->db = optarg;
		else if (option == 'a')
			settings->ca_file = optarg;
		else if (option == 'i')
			settings->issuer = optarg;
		else if (option == 'c')
			settings->is_check = true;
		else if (option == 'w')
			settings->is_watch = true;
		else if (time == NULL)
			return false;
		else if (!read_time(optarg, time))
		{
			say(NULL, "\"%s\" is no time of at most a day such as 10s or 15min",
				optarg);
			return false;
		}
	}
	if (optind < argc)
		say(NULL, "there is one argument too many: \"%s\"", argv[optind]);
	else if (settings->db == NULL || settings->db[0] == '\0')
		say(NULL, "--db is missing");
	else if (settings->is_check && settings->is_watch)
		say(NULL, "--check and --watch exclude each other");
	else
		return true;
	return false;
}

static void
stop(int signal)
{
	stopping = 1;
}

static void
catch_signals(void)
{
	struct sigaction action = {.sa_handler = stop};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
main(int argc, char **argv)
{
	Settings	settings = {
		.db = getenv("GOVERNANCE_JWKS_DB"),
		.timeout = 10000,.interval = 15 * 60000,.pause = 60000
	};
	int			status;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 ||
					  strcmp(argv[1], "-h") == 0))
	{
		fputs(help, stdout);
		return 0;
	}
	if (argc == 2 && (strcmp(argv[1], "--version") == 0 ||
					  strcmp(argv[1], "-V") == 0))
	{
		puts("governance-jwks " VERSION);
		return 0;
	}
	if (!read_options(argc, argv, &settings))
	{
		fputs("Try \"governance-jwks --help\".\n", stderr);
		return 2;
	}
	catch_signals();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = settings.is_watch ? run_watch(&settings) : run_once(&settings);
	curl_global_cleanup();
	return status;
}
