// libcurl's easy and multi interface for Swift, prefix `pika_`: variadics cannot be called from there, so there is one
// typed function per kind of argument. The library is loaded when the first request is made: it brings thirty others
// along, which would cost every start of the program as much as the program itself.
#pragma once
// The macros that check types only see the wrappers below.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Whether libcurl is there; loads it the first time. Nothing else may be called before.
int pika_curl_load(void);

// Name and version, and those of the libraries behind it.
const char *pika_curl_version(void);

CURL *pika_curl_easy_init(void);
void pika_curl_easy_cleanup(CURL *easy);
struct curl_slist *pika_curl_slist_append(struct curl_slist *list, const char *text);
void pika_curl_slist_free_all(struct curl_slist *list);
CURLM *pika_curl_multi_init(void);
CURLMcode pika_curl_multi_cleanup(CURLM *multi);
CURLMcode pika_curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode pika_curl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode pika_curl_multi_perform(CURLM *multi);
// Waits for sockets, timers and wake-ups.
CURLMcode pika_curl_multi_poll(CURLM *multi, int limit_ms);
CURLMcode pika_curl_multi_wakeup(CURLM *multi);
// The next transfer that is over, or NULL.
CURL *pika_curl_multi_next_done(CURLM *multi, CURLcode *result);

CURLcode pika_curl_set_number(CURL *easy, CURLoption option, long value);
CURLcode pika_curl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode pika_curl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode pika_curl_set_pointer(CURL *easy, CURLoption option, const void *value);

typedef size_t (*pika_curl_sink)(char *bytes, size_t size, size_t count, void *data);
// WRITEFUNCTION and HEADERFUNCTION.
CURLcode pika_curl_set_sink(CURL *easy, CURLoption option, pika_curl_sink sink);
typedef int (*pika_curl_prerequest)(void *data, char *to, char *from, int to_port, int from_port);
CURLcode pika_curl_set_prerequest(CURL *easy, pika_curl_prerequest before);
typedef CURLcode (*pika_curl_context)(CURL *easy, void *context, void *data);
CURLcode pika_curl_set_context(CURL *easy, pika_curl_context prepare);

// HTTP and HTTPS only.
CURLcode pika_curl_allow_http_only(CURL *easy);
// Since 7.87: a transfer that ends does not wait for its name to be looked up, and no store of authorities is shared.
void pika_curl_set_quick_exit(CURL *easy);
// Connections that are kept for later requests.
CURLMcode pika_curl_multi_set_connections(CURLM *multi, long count);
long pika_curl_number(CURL *easy, CURLINFO info);
