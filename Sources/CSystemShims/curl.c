#define _GNU_SOURCE
#include "curl_shims.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#if __has_include(<curl/curl.h>)
#include <curl/curl.h>
#define SAME(name) _Static_assert((int)DRP_##name == (int)name, #name)
SAME(CURLOPT_NOPROGRESS);
SAME(CURLOPT_NOBODY);
SAME(CURLOPT_POST);
SAME(CURLOPT_FOLLOWLOCATION);
SAME(CURLOPT_MAXREDIRS);
SAME(CURLOPT_NOSIGNAL);
SAME(CURLOPT_TIMEOUT_MS);
SAME(CURLOPT_CONNECTTIMEOUT_MS);
SAME(CURLOPT_SUPPRESS_CONNECT_HEADERS);
SAME(CURLOPT_WRITEDATA);
SAME(CURLOPT_URL);
SAME(CURLOPT_ERRORBUFFER);
SAME(CURLOPT_POSTFIELDS);
SAME(CURLOPT_USERAGENT);
SAME(CURLOPT_HTTPHEADER);
SAME(CURLOPT_HEADERDATA);
SAME(CURLOPT_CUSTOMREQUEST);
SAME(CURLOPT_XFERINFODATA);
SAME(CURLOPT_WRITEFUNCTION);
SAME(CURLOPT_HEADERFUNCTION);
SAME(CURLOPT_XFERINFOFUNCTION);
SAME(CURLOPT_POSTFIELDSIZE_LARGE);
SAME(CURLINFO_RESPONSE_CODE);
SAME(CURLINFO_OS_ERRNO);
SAME(CURL_ERROR_SIZE);
SAME(CURLE_UNSUPPORTED_PROTOCOL);
SAME(CURLE_URL_MALFORMAT);
SAME(CURLE_COULDNT_RESOLVE_PROXY);
SAME(CURLE_COULDNT_RESOLVE_HOST);
SAME(CURLE_COULDNT_CONNECT);
SAME(CURLE_WEIRD_SERVER_REPLY);
SAME(CURLE_PARTIAL_FILE);
SAME(CURLE_WRITE_ERROR);
SAME(CURLE_OPERATION_TIMEDOUT);
SAME(CURLE_SSL_CONNECT_ERROR);
SAME(CURLE_ABORTED_BY_CALLBACK);
SAME(CURLE_TOO_MANY_REDIRECTS);
SAME(CURLE_GOT_NOTHING);
SAME(CURLE_SEND_ERROR);
SAME(CURLE_RECV_ERROR);
SAME(CURLE_PEER_FAILED_VERIFICATION);
_Static_assert(DRP_CURLPROTO_HTTP_AND_HTTPS == (CURLPROTO_HTTP | CURLPROTO_HTTPS), "protocols");
#endif

struct drp_curl {
  void *(*easy_init)(void);
  void (*easy_cleanup)(void *);
  int (*easy_setopt)(void *, int, ...);
  int (*easy_getinfo)(void *, int, ...);
  int (*easy_perform)(void *);
  const char *(*easy_strerror)(int);
  void *(*slist_append)(void *, const char *);
  void (*slist_free_all)(void *);
};

// CURL_GLOBAL_SSL | CURL_GLOBAL_WIN32
#define GLOBAL_ALL 3L

static int resolve(struct drp_curl *curl, void *library) {
  int (*global_init)(long) = (int (*)(long))dlsym(library, "curl_global_init");
  curl->easy_init = (void *(*)(void))dlsym(library, "curl_easy_init");
  curl->easy_cleanup = (void (*)(void *))dlsym(library, "curl_easy_cleanup");
  curl->easy_setopt = (int (*)(void *, int, ...))dlsym(library, "curl_easy_setopt");
  curl->easy_getinfo = (int (*)(void *, int, ...))dlsym(library, "curl_easy_getinfo");
  curl->easy_perform = (int (*)(void *))dlsym(library, "curl_easy_perform");
  curl->easy_strerror = (const char *(*)(int))dlsym(library, "curl_easy_strerror");
  curl->slist_append = (void *(*)(void *, const char *))dlsym(library, "curl_slist_append");
  curl->slist_free_all = (void (*)(void *))dlsym(library, "curl_slist_free_all");
  return global_init && curl->easy_init && curl->easy_cleanup && curl->easy_setopt && curl->easy_getinfo &&
         curl->easy_perform && curl->easy_strerror && curl->slist_append && curl->slist_free_all &&
         global_init(GLOBAL_ALL) == 0;
}

struct drp_curl *drp_curl_load(const char *const *names, size_t count, char *error, size_t error_size) {
  for (size_t i = 0; i < count; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      const char *reason = dlerror();
      snprintf(error, error_size, "%s", reason ? reason : names[i]);
      continue;
    }
    struct drp_curl *curl = calloc(1, sizeof *curl);
    if (curl && resolve(curl, library)) return curl;
    snprintf(error, error_size, "%s: not a usable libcurl", names[i]);
    free(curl);
  }
  return NULL;
}

void *drp_curl_open(const struct drp_curl *curl) { return curl->easy_init(); }
void drp_curl_close(const struct drp_curl *curl, void *handle) { curl->easy_cleanup(handle); }
int drp_curl_perform(const struct drp_curl *curl, void *handle) { return curl->easy_perform(handle); }
const char *drp_curl_error_text(const struct drp_curl *curl, int code) { return curl->easy_strerror(code); }

int drp_curl_set_long(const struct drp_curl *curl, void *handle, int option, long value) {
  return curl->easy_setopt(handle, option, value);
}

int drp_curl_set_large(const struct drp_curl *curl, void *handle, int option, long long value) {
  return curl->easy_setopt(handle, option, value);
}

int drp_curl_set_pointer(const struct drp_curl *curl, void *handle, int option, const void *value) {
  return curl->easy_setopt(handle, option, value);
}

int drp_curl_get_long(const struct drp_curl *curl, void *handle, int info, long *value) {
  return curl->easy_getinfo(handle, info, value);
}

void *drp_curl_list_append(const struct drp_curl *curl, void *list, const char *text) {
  return curl->slist_append(list, text);
}

void drp_curl_list_free(const struct drp_curl *curl, void *list) { curl->slist_free_all(list); }

int drp_curl_set_data(const struct drp_curl *curl, void *handle, int option, drp_curl_data function) {
  return curl->easy_setopt(handle, option, function);
}

int drp_curl_set_progress(const struct drp_curl *curl, void *handle, int option, drp_curl_progress function) {
  return curl->easy_setopt(handle, option, function);
}
