// libcurl's easy and multi interface. Swift cannot call C variadics: one typed function per kind of argument, prefix
// `pika_`, and nothing else is added.
#pragma once
// The macros that check types only see the wrappers below.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

static inline CURLcode pika_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode pika_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode pika_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode pika_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*pika_curl_sink)(char *bytes, size_t size, size_t count, void *data);
// WRITEFUNCTION and HEADERFUNCTION.
static inline CURLcode pika_curl_set_sink(CURL *easy, CURLoption option, pika_curl_sink sink) {
    return curl_easy_setopt(easy, option, sink);
}
typedef int (*pika_curl_prerequest)(void *data, char *to, char *from, int to_port, int from_port);
static inline CURLcode pika_curl_set_prerequest(CURL *easy, pika_curl_prerequest before) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before);
}
typedef CURLcode (*pika_curl_context)(CURL *easy, void *context, void *data);
static inline CURLcode pika_curl_set_context(CURL *easy, pika_curl_context prepare) {
    return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, prepare);
}

// HTTP and HTTPS only; the option's name changed in 7.85.
static inline CURLcode pika_curl_allow_http_only(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}
// Since 7.87: a transfer that ends does not wait for its name to be looked up, and no store of authorities is shared.
static inline void pika_curl_set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#else
    (void)easy;
#endif
}

static inline long pika_curl_number(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}
static inline CURLMcode pika_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLcode pika_curl_result(const CURLMsg *message) { return message->data.result; }
static inline CURLcode pika_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
