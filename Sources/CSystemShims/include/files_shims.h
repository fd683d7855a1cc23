#pragma once
// File system calls that the Swift overlay of the C library does not show: Linux only, reviewed as one page.
#include <stdint.h>
#include <sys/types.h>

// openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS. -1 and errno on failure.
int drplan_open_beneath(int directory, const char *path, int flags, mode_t mode);
// renameat2(2) with RENAME_NOREPLACE.
int drplan_rename_noreplace(int fromDirectory, const char *from, int toDirectory, const char *to);
// renameat2(2) with RENAME_EXCHANGE.
int drplan_rename_exchange(int fromDirectory, const char *from, int toDirectory, const char *to);
// Starts writing dirty pages of the range to the device without waiting for them. A hint: failure loses nothing.
void drplan_start_writeback(int fd, int64_t offset, int64_t length);
// syncfs(2).
int drplan_syncfs(int fd);
// fallocate(2) from the start of the file, which grows to `length`.
int drplan_preallocate(int fd, int64_t length);
// lseek(2) with SEEK_DATA and SEEK_HOLE.
int64_t drplan_seek_data(int fd, int64_t offset);
int64_t drplan_seek_hole(int fd, int64_t offset);
// One buffer of getdents64(2).
int64_t drplan_getdents(int fd, void *buffer, uint64_t capacity);
// When what the path names, a link itself, was made, in nanoseconds since 1970, by statx(2); -1 when its file system does
// not tell, or on failure.
int64_t drplan_birth_time(const char *path);
// getrandom(2), retried when interrupted. 0, or -1 and errno.
int drplan_random(void *buffer, uint64_t count);
// O_PATH and O_DIRECT of open(2).
int drplan_o_path(void);
int drplan_o_direct(void);
// Processors that this process may run on, at least 1.
int drplan_processors(void);
