#pragma once
#include <stddef.h>

// libcurl, loaded when first needed: it is slow to start, and most commands never use it. The table and these
// non-variadic doors are all that Swift sees of it.
struct drp_curl;

// Loads the library under one of its names; NULL when there is none, with the reason of the last attempt in `error`.
// Never unloaded. Not safe to call from two threads at once.
struct drp_curl *drp_curl_load(const char *const *names, size_t count, char *error, size_t error_size);

void *drp_curl_open(const struct drp_curl *curl);
void drp_curl_close(const struct drp_curl *curl, void *handle);
int drp_curl_perform(const struct drp_curl *curl, void *handle);
const char *drp_curl_error_text(const struct drp_curl *curl, int code);

// The numbers of curl/curl.h, which never change once published; checked against the header where there is one.
enum {
  DRP_CURLOPT_NOPROGRESS = 43,
  DRP_CURLOPT_NOBODY = 44,
  DRP_CURLOPT_POST = 47,
  DRP_CURLOPT_FOLLOWLOCATION = 52,
  DRP_CURLOPT_MAXREDIRS = 68,
  DRP_CURLOPT_NOSIGNAL = 99,
  DRP_CURLOPT_TIMEOUT_MS = 155,
  DRP_CURLOPT_CONNECTTIMEOUT_MS = 156,
  DRP_CURLOPT_PROTOCOLS = 181,
  DRP_CURLOPT_REDIR_PROTOCOLS = 182,
  DRP_CURLOPT_SUPPRESS_CONNECT_HEADERS = 265,
  DRP_CURLOPT_WRITEDATA = 10001,
  DRP_CURLOPT_URL = 10002,
  DRP_CURLOPT_ERRORBUFFER = 10010,
  DRP_CURLOPT_POSTFIELDS = 10015,
  DRP_CURLOPT_USERAGENT = 10018,
  DRP_CURLOPT_HTTPHEADER = 10023,
  DRP_CURLOPT_HEADERDATA = 10029,
  DRP_CURLOPT_CUSTOMREQUEST = 10036,
  DRP_CURLOPT_XFERINFODATA = 10057,
  DRP_CURLOPT_WRITEFUNCTION = 20011,
  DRP_CURLOPT_HEADERFUNCTION = 20079,
  DRP_CURLOPT_XFERINFOFUNCTION = 20219,
  DRP_CURLOPT_POSTFIELDSIZE_LARGE = 30120,
  DRP_CURLINFO_RESPONSE_CODE = 0x200002,
  DRP_CURLINFO_OS_ERRNO = 0x200019,
  DRP_CURLPROTO_HTTP_AND_HTTPS = 3,
  DRP_CURL_ERROR_SIZE = 256,
  DRP_CURLE_UNSUPPORTED_PROTOCOL = 1,
  DRP_CURLE_URL_MALFORMAT = 3,
  DRP_CURLE_COULDNT_RESOLVE_PROXY = 5,
  DRP_CURLE_COULDNT_RESOLVE_HOST = 6,
  DRP_CURLE_COULDNT_CONNECT = 7,
  DRP_CURLE_WEIRD_SERVER_REPLY = 8,
  DRP_CURLE_PARTIAL_FILE = 18,
  DRP_CURLE_WRITE_ERROR = 23,
  DRP_CURLE_OPERATION_TIMEDOUT = 28,
  DRP_CURLE_SSL_CONNECT_ERROR = 35,
  DRP_CURLE_ABORTED_BY_CALLBACK = 42,
  DRP_CURLE_TOO_MANY_REDIRECTS = 47,
  DRP_CURLE_GOT_NOTHING = 52,
  DRP_CURLE_SEND_ERROR = 55,
  DRP_CURLE_RECV_ERROR = 56,
  DRP_CURLE_PEER_FAILED_VERIFICATION = 60,
};

int drp_curl_set_long(const struct drp_curl *curl, void *handle, int option, long value);
int drp_curl_set_large(const struct drp_curl *curl, void *handle, int option, long long value);
int drp_curl_set_pointer(const struct drp_curl *curl, void *handle, int option, const void *value);
int drp_curl_get_long(const struct drp_curl *curl, void *handle, int info, long *value);

// Adds a copy of `text`; NULL when out of memory, with the list as it was.
void *drp_curl_list_append(const struct drp_curl *curl, void *list, const char *text);
void drp_curl_list_free(const struct drp_curl *curl, void *list);

// Given each piece of the body or each header line; returns `length`, or less to stop the transfer.
typedef size_t (*drp_curl_data)(char *bytes, size_t unit, size_t length, void *context);
// Called now and then, at least about once a second; a result other than 0 stops the transfer.
typedef int (*drp_curl_progress)(void *context, long long, long long, long long, long long);
int drp_curl_set_data(const struct drp_curl *curl, void *handle, int option, drp_curl_data function);
int drp_curl_set_progress(const struct drp_curl *curl, void *handle, int option, drp_curl_progress function);
