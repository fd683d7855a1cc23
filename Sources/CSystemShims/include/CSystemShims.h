#pragma once
// Kernel and C library calls that Swift cannot reach by itself: those behind _GNU_SOURCE, variadic ones, and those
// that are only safe in C (what runs between fork and exec, signal handlers). One header and one file a subject.
#include "curl_shims.h"
#include "files_shims.h"
#include "locks_shims.h"
#include "processes_shims.h"
#include "signals_shims.h"
