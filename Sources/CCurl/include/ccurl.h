/// libcurl, opened at first use: linking it would cost every start some 10 ms for its thirty shared libraries.
/// No logic: each function is curl's own of the same name, or one option setter per argument type, as Swift cannot call variadic functions.
#pragma once
#include <curl/curl.h>

/// Opens libcurl.so.4 and initialises it, once. Returns NULL, or what the dynamic loader says.
const char *ccurl_open(void);
