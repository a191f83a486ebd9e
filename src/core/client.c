/*
 * client.c
 *		The address of this session's client.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#include "core/client.h"
#include "core/compat.h"

/*
 * gov_client_addr
 *		The client's address; it cannot change, so it is found once.
 */
const inet *
gov_client_addr(void)
{
	static bool known = false;
	static bool isnull = true;
	static inet addr;

	if (!known && MyProcPort != NULL)
	{
		LOCAL_FCINFO(fcinfo, 0);
		Datum		value;

		InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
		value = inet_client_addr(fcinfo);
		isnull = fcinfo->isnull;
		if (!isnull)
		{
			if (VARSIZE_ANY(DatumGetPointer(value)) > sizeof(addr))
				elog(ERROR, "client address is too long");
			memcpy(&addr, DatumGetPointer(value),
				   VARSIZE_ANY(DatumGetPointer(value)));
		}
		known = true;
	}
	return isnull ? NULL : &addr;
}
