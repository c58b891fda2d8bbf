#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>

#define EACH_FUNCTION(X)                                                                                              \
    X(global_init) X(version)                                                                                                 \
    X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo) X(slist_append) X(slist_free_all)                     \
    X(multi_init) X(multi_cleanup) X(multi_add_handle) X(multi_remove_handle) X(multi_perform) X(multi_poll)          \
    X(multi_wakeup) X(multi_info_read) X(multi_setopt)

#define DECLARE(name) static __typeof__(curl_##name) *name;
EACH_FUNCTION(DECLARE)

static int is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (!library) return;
#define FIND(name)                                                                                                    \
    if (!(name = (__typeof__(name))dlsym(library, "curl_" #name))) return;
    EACH_FUNCTION(FIND)
    is_loaded = global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

int pika_curl_load(void) {
    pthread_once(&once, load);
    return is_loaded;
}

const char *pika_curl_version(void) { return version(); }
CURL *pika_curl_easy_init(void) { return easy_init(); }
void pika_curl_easy_cleanup(CURL *easy) { easy_cleanup(easy); }
struct curl_slist *pika_curl_slist_append(struct curl_slist *list, const char *text) { return slist_append(list, text); }
void pika_curl_slist_free_all(struct curl_slist *list) { slist_free_all(list); }
CURLM *pika_curl_multi_init(void) { return multi_init(); }
CURLMcode pika_curl_multi_cleanup(CURLM *multi) { return multi_cleanup(multi); }
CURLMcode pika_curl_multi_add_handle(CURLM *multi, CURL *easy) { return multi_add_handle(multi, easy); }
CURLMcode pika_curl_multi_remove_handle(CURLM *multi, CURL *easy) { return multi_remove_handle(multi, easy); }
CURLMcode pika_curl_multi_perform(CURLM *multi) {
    int running;
    return multi_perform(multi, &running);
}
CURLMcode pika_curl_multi_poll(CURLM *multi, int limit_ms) { return multi_poll(multi, NULL, 0, limit_ms, NULL); }
CURLMcode pika_curl_multi_wakeup(CURLM *multi) { return multi_wakeup(multi); }
CURL *pika_curl_multi_next_done(CURLM *multi, CURLcode *result) {
    int left;
    const CURLMsg *message;
    while ((message = multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}

CURLcode pika_curl_set_number(CURL *easy, CURLoption option, long value) { return easy_setopt(easy, option, value); }
CURLcode pika_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) { return easy_setopt(easy, option, value); }
CURLcode pika_curl_set_text(CURL *easy, CURLoption option, const char *value) { return easy_setopt(easy, option, value); }
CURLcode pika_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return easy_setopt(easy, option, value);
}
CURLcode pika_curl_set_sink(CURL *easy, CURLoption option, pika_curl_sink sink) { return easy_setopt(easy, option, sink); }
CURLcode pika_curl_set_prerequest(CURL *easy, pika_curl_prerequest before) {
    return easy_setopt(easy, CURLOPT_PREREQFUNCTION, before);
}
CURLcode pika_curl_set_context(CURL *easy, pika_curl_context prepare) {
    return easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, prepare);
}

// The option's name changed in 7.85.
CURLcode pika_curl_allow_http_only(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}
void pika_curl_set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#else
    (void)easy;
#endif
}
CURLMcode pika_curl_multi_set_connections(CURLM *multi, long count) {
    return multi_setopt(multi, CURLMOPT_MAXCONNECTS, count);
}
long pika_curl_number(CURL *easy, CURLINFO info) {
    long value = 0;
    return easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}
