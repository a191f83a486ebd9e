/*
 * notify.h
 *		Notify the service manager (sd_notify(3)), if there is one.
 */
#ifndef GATEWAY_NOTIFY_H
#define GATEWAY_NOTIFY_H

extern void notify_manager(const char *state);
extern void notify_reloading(void);

#endif							/* GATEWAY_NOTIFY_H */
