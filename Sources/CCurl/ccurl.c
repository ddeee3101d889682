#include "ccurl.h"

const char *ccurl_open(void) { return "contract"; }
