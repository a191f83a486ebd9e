/*
 * client.c
 *		Connections: how many one address may have, how long they may wait.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/client.h"
#include "gateway/clock.h"
#include "gateway/memory.h"
#include "gateway/stats.h"

struct Client
{
	Client	   *next;
	Client	   *previous;
	int			fd;
	Address		address;
	bool		trusted;		/* of the address, whatever is sent */
	atomic_bool known;
	atomic_bool greeted;
	Stage		stage;
	long		begun;			/* milliseconds of the monotonic clock */
	long		since;			/* the same, of the stage */
};

struct Clients
{
	const Config *config;
	Network		networks[MAX_NETWORKS];
	int			nnetworks;
	pthread_mutex_t lock;		/* of the list, the stages and their times */
	Client	   *first;
};

Clients *
clients_new(const Config *config)
{
	Clients    *clients = must_alloc(sizeof(Clients));

	pthread_mutex_init(&clients->lock, NULL);
	clients->config = config;
	clients->nnetworks = networks_read(config->trusted_proxy,
									   clients->networks);
	return clients;
}

void
clients_free(Clients *clients)
{
	pthread_mutex_destroy(&clients->lock);
	free(clients);
}

static bool
is_trusted(const Clients *clients, const Address *address)
{
	int			i;

	for (i = 0; i < clients->nnetworks; i++)
	{
		if (network_has(&clients->networks[i], address))
			return true;
	}
	return address->is_local;
}

bool
clients_admit(Clients *clients, const struct sockaddr *from)
{
	const Config *config = clients->config;
	long		unknown = 0;
	long		all = 0;
	Address		address;
	Client	   *client;

	address_take(&address, from);
	if (is_trusted(clients, &address))
		return true;
	pthread_mutex_lock(&clients->lock);
	for (client = clients->first; client != NULL; client = client->next)
	{
		if (address_same(&client->address, &address))
		{
			all++;
			unknown += !atomic_load(&client->known);
		}
	}
	pthread_mutex_unlock(&clients->lock);
	if ((config->max_anonymous_per_ip == 0 ||
		 unknown < config->max_anonymous_per_ip) &&
		(config->max_connections_per_ip == 0 ||
		 all < config->max_connections_per_ip))
		return true;
	stats_turned_away();
	return false;
}

Client *
client_begin(Clients *clients, int fd, const struct sockaddr *from)
{
	Client	   *client = must_alloc(sizeof(Client));

	client->fd = fd;
	client->begun = client->since = now_ms();
	address_take(&client->address, from);
	client->trusted = is_trusted(clients, &client->address);
	pthread_mutex_lock(&clients->lock);
	client->next = clients->first;
	if (client->next != NULL)
		client->next->previous = client;
	clients->first = client;
	pthread_mutex_unlock(&clients->lock);
	stats_connection(1);
	return client;
}

void
client_end(Clients *clients, Client *client)
{
	pthread_mutex_lock(&clients->lock);
	if (client->previous != NULL)
		client->previous->next = client->next;
	else
		clients->first = client->next;
	if (client->next != NULL)
		client->next->previous = client->previous;
	pthread_mutex_unlock(&clients->lock);
	free(client);
	stats_connection(-1);
}

void
client_stage(Clients *clients, Client *client, Stage stage)
{
	pthread_mutex_lock(&clients->lock);
	client->stage = stage;
	client->since = now_ms();
	pthread_mutex_unlock(&clients->lock);
}

void
client_greeted(Client *client)
{
	atomic_store(&client->greeted, true);
}

void
client_known(Client *client)
{
	atomic_store(&client->known, true);
}

const Address *
client_address(const Client *client)
{
	return &client->address;
}

int
client_socket(const Client *client)
{
	return client->fd;
}

/* With the lock held: returns whether its stage takes too long. */
static bool
is_overdue(const Clients *clients, const Client *client, long now,
		   bool stopping)
{
	const Config *config = clients->config;

	if (client->stage == WORKING)
		return false;
	if (client->stage == WAITING && stopping)
		return true;
	if (!atomic_load(&client->greeted) && !client->trusted &&
		now - client->begun > config->header_timeout)
		return true;
	return now - client->since > (client->stage == WAITING ?
								  config->idle_timeout :
								  config->request_timeout);
}

void
clients_watch(Clients *clients, bool stopping)
{
	long		now = now_ms();
	Client	   *client;

	pthread_mutex_lock(&clients->lock);
	for (client = clients->first; client != NULL; client = client->next)
	{
		if (client->fd >= 0 && is_overdue(clients, client, now, stopping))
		{
			shutdown(client->fd, SHUT_RDWR);
			client->since = now;
		}
	}
	pthread_mutex_unlock(&clients->lock);
}
