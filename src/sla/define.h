/*
 * define.h
 *		gov_define_sla(), for code that reads service levels from documents.
 */
#ifndef GOV_DEFINE_H
#define GOV_DEFINE_H

#include "fmgr.h"
#include "utils/jsonb.h"

/*
 * Do what gov_define_sla() does with these arguments, and keep the OpenSLO
 * documents that they are from (NULL: none).  Returns the same row.
 */
extern Datum gov_sla_define(FunctionCallInfo fcinfo, Jsonb *openslo);

#endif							/* GOV_DEFINE_H */
