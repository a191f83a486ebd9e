/*
 * define.h
 *		What gov_define_sla() does, for who reads promises from documents.
 */
#ifndef GOV_DEFINE_H
#define GOV_DEFINE_H

#include "fmgr.h"
#include "utils/jsonb.h"

/*
 * gov_define_sla() of these arguments, with the OpenSLO documents that they
 * are from (NULL: none).  The row is the result, as of that function.
 */
extern Datum gov_sla_define(FunctionCallInfo fcinfo, Jsonb *openslo);

#endif							/* GOV_DEFINE_H */
