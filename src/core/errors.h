/*
 * errors.h
 *		Error codes of the extension's own class, MG.
 *
 * error_list.h is the list; MAKE_SQLSTATE wants five characters, so the codes
 * are spelled out here and errors.c asserts that both agree.
 */
#ifndef GOV_ERRORS_H
#define GOV_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_GOV_SEPARATION_OF_DUTIES MAKE_SQLSTATE('M','G','0','0','1')
#define ERRCODE_GOV_APPROVAL_REQUIRED	MAKE_SQLSTATE('M','G','0','0','2')
#define ERRCODE_GOV_GATE_NOT_MET		MAKE_SQLSTATE('M','G','0','0','3')
#define ERRCODE_GOV_APPEND_ONLY			MAKE_SQLSTATE('M','G','0','0','4')
#define ERRCODE_GOV_TRAIL_UNVERIFIED	MAKE_SQLSTATE('M','G','0','0','5')

#endif							/* GOV_ERRORS_H */
