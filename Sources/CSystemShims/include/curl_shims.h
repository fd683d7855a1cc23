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

// `option` and `info` are numbers of curl/curl.h, which never change once published.
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
