/*
 * webhook.c
 *		Delivery of governance.events to configured endpoints.
 */
#include "gateway/webhook.h"

void
webhook_start(const Config *config)
{
}

void
webhook_stop(void)
{
}

void
webhook_check(const char *path, Text *problems)
{
}
