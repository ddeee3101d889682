/// libcurl, opened at first use: linking it would cost every start some 10 ms for its thirty shared libraries.
/// No logic: each function is curl's own of the same name, or one setter per argument type, as Swift cannot call variadic functions.
#pragma once
#include <curl/curl.h>

/// Opens libcurl.so.4 and initialises it, once. Returns NULL, or what went wrong. Everything below may only be called after it returned NULL.
const char *ccurl_open(void);

/// LIBCURL_VERSION_NUM of the library that was opened.
unsigned int ccurl_version_number(void);
/// Where the library looks for certificate authorities by itself (CURLOPT_CAINFO), or NULL.
const char *ccurl_default_ca_file(void);
const char *ccurl_error_text(CURLcode code);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
void ccurl_easy_reset(CURL *easy);
/// curl_easy_pause with CURLPAUSE_CONT.
CURLcode ccurl_easy_resume(CURL *easy);
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
/// CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION.
CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback);
CURLcode ccurl_set_prereq_callback(CURL *easy, curl_prereq_callback callback);
CURLcode ccurl_set_opensocket_callback(CURL *easy, curl_opensocket_callback callback);
/// http and https alone; libraries before 7.85 do not know the option and answer CURLE_UNKNOWN_OPTION.
CURLcode ccurl_limit_protocols(CURL *easy);
CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, char **value);

CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running);
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left);
CURLMcode ccurl_multi_assign(CURLM *multi, curl_socket_t socket, void *value);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode ccurl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value);
CURLMcode ccurl_multi_set_socket_callback(CURLM *multi, curl_socket_callback callback);
CURLMcode ccurl_multi_set_timer_callback(CURLM *multi, curl_multi_timer_callback callback);

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);
