#include "ccurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define FUNCTIONS(F)                                                                                                             \
    F(curl_global_init)                                                                                                          \
    F(curl_version_info)                                                                                                         \
    F(curl_easy_strerror)                                                                                                        \
    F(curl_easy_init)                                                                                                            \
    F(curl_easy_cleanup)                                                                                                         \
    F(curl_easy_reset)                                                                                                           \
    F(curl_easy_pause)                                                                                                           \
    F(curl_easy_setopt)                                                                                                          \
    F(curl_easy_getinfo)                                                                                                         \
    F(curl_multi_init)                                                                                                           \
    F(curl_multi_cleanup)                                                                                                        \
    F(curl_multi_add_handle)                                                                                                     \
    F(curl_multi_remove_handle)                                                                                                  \
    F(curl_multi_socket_action)                                                                                                  \
    F(curl_multi_info_read)                                                                                                      \
    F(curl_multi_assign)                                                                                                         \
    F(curl_multi_setopt)                                                                                                         \
    F(curl_slist_append)                                                                                                         \
    F(curl_slist_free_all)

/// curl's functions by their own names, with the types of its header.
static struct {
#define POINTER(name) __typeof__(&name) name;
    FUNCTIONS(POINTER)
} lib;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *problem;

static void open_library(void) {
    void *handle = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        // A copy: dlerror's own text lasts only until this thread's next call.
        problem = strdup(dlerror());
        return;
    }
#define LOOK_UP(name)                                                                                                            \
    lib.name = (__typeof__(lib.name))dlsym(handle, #name);                                                                       \
    if (!lib.name) {                                                                                                             \
        problem = "libcurl.so.4 has no " #name;                                                                                  \
        return;                                                                                                                  \
    }
    FUNCTIONS(LOOK_UP)
    CURLcode code = (lib.curl_global_init)(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) problem = (lib.curl_easy_strerror)(code);
}

const char *ccurl_open(void) {
    pthread_once(&once, open_library);
    return problem;
}

// The parentheses keep the header's type-checking macros of the same names away.

unsigned int ccurl_version_number(void) { return (lib.curl_version_info)(CURLVERSION_NOW)->version_num; }

const char *ccurl_default_ca_file(void) {
    curl_version_info_data *info = (lib.curl_version_info)(CURLVERSION_NOW);
    return info->age >= CURLVERSION_SEVENTH ? info->cainfo : NULL;
}

const char *ccurl_error_text(CURLcode code) { return (lib.curl_easy_strerror)(code); }

CURL *ccurl_easy_init(void) { return (lib.curl_easy_init)(); }
void ccurl_easy_cleanup(CURL *easy) { (lib.curl_easy_cleanup)(easy); }
void ccurl_easy_reset(CURL *easy) { (lib.curl_easy_reset)(easy); }
CURLcode ccurl_easy_resume(CURL *easy) { return (lib.curl_easy_pause)(easy, CURLPAUSE_CONT); }

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) { return (lib.curl_easy_setopt)(easy, option, value); }
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) { return (lib.curl_easy_setopt)(easy, option, value); }
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) { return (lib.curl_easy_setopt)(easy, option, value); }
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) { return (lib.curl_easy_setopt)(easy, option, value); }
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return (lib.curl_easy_setopt)(easy, option, value);
}
CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
    return (lib.curl_easy_setopt)(easy, option, callback);
}
CURLcode ccurl_set_prereq_callback(CURL *easy, curl_prereq_callback callback) {
    return (lib.curl_easy_setopt)(easy, CURLOPT_PREREQFUNCTION, callback);
}
CURLcode ccurl_set_opensocket_callback(CURL *easy, curl_opensocket_callback callback) {
    return (lib.curl_easy_setopt)(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}
CURLcode ccurl_limit_protocols(CURL *easy) { return (lib.curl_easy_setopt)(easy, CURLOPT_PROTOCOLS_STR, "http,https"); }

CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) { return (lib.curl_easy_getinfo)(easy, info, value); }
CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) { return (lib.curl_easy_getinfo)(easy, info, value); }
CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, char **value) { return (lib.curl_easy_getinfo)(easy, info, value); }

CURLM *ccurl_multi_init(void) { return (lib.curl_multi_init)(); }
CURLMcode ccurl_multi_cleanup(CURLM *multi) { return (lib.curl_multi_cleanup)(multi); }
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) { return (lib.curl_multi_add_handle)(multi, easy); }
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) { return (lib.curl_multi_remove_handle)(multi, easy); }
CURLMcode ccurl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running) {
    return (lib.curl_multi_socket_action)(multi, socket, events, running);
}
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) { return (lib.curl_multi_info_read)(multi, left); }
CURLMcode ccurl_multi_assign(CURLM *multi, curl_socket_t socket, void *value) {
    return (lib.curl_multi_assign)(multi, socket, value);
}
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return (lib.curl_multi_setopt)(multi, option, value);
}
CURLMcode ccurl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
    return (lib.curl_multi_setopt)(multi, option, value);
}
CURLMcode ccurl_multi_set_socket_callback(CURLM *multi, curl_socket_callback callback) {
    return (lib.curl_multi_setopt)(multi, CURLMOPT_SOCKETFUNCTION, callback);
}
CURLMcode ccurl_multi_set_timer_callback(CURLM *multi, curl_multi_timer_callback callback) {
    return (lib.curl_multi_setopt)(multi, CURLMOPT_TIMERFUNCTION, callback);
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) { return (lib.curl_slist_append)(list, text); }
void ccurl_slist_free_all(struct curl_slist *list) { (lib.curl_slist_free_all)(list); }
