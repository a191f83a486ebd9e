/*
 * signing_bundle_fuzz.c
 *		Any text as a signed bundle: refused in words, or a list of files by
 *		name, each with its digest, that reads the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "signing/bundle.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
must_be_files(const GovBundle *bundle)
{
	must(bundle->resource_count > 0);
	must(bundle->certificate_count >= 0 &&
		 bundle->certificate_count <= GOV_BUNDLE_MAX_CERTIFICATES);
	must(bundle->signature.len > 0 &&
		 bundle->signature.len <= GOV_SIGNATURE_MAX_LEN);
	must(bundle->signed_bytes.len > bundle->payload.len);
	must(gov_is_digest(bundle->manifest_digest));
	for (int i = 0; i < bundle->resource_count; i++)
	{
		must(gov_is_digest(bundle->resources[i].digest));
		must(i == 0 || strcmp(bundle->resources[i - 1].name,
							  bundle->resources[i].name) < 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 1);	/* nothing lies behind it */
	char		flaw[GOV_BUNDLE_FLAW_ROOM] = "";
	GovBundle	bundle;
	GovBundle	again;

	memcpy(text, data, size);
	text[size] = '\0';
	if (gov_bundle_read(&bundle, text, size, flaw))
	{
		must_be_files(&bundle);
		must(gov_bundle_read(&again, text, size, flaw));
		must(strcmp(bundle.manifest_digest, again.manifest_digest) == 0);
		gov_bundle_free(&again);
	}
	else
		must(flaw[0] != '\0' && memchr(flaw, '\0', sizeof(flaw)) != NULL);
	gov_bundle_free(&bundle);
	free(text);
	return 0;
}
