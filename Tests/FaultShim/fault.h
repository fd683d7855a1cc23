// What the parts of the fault shim share; see README.md for how it is used.
#ifndef DRPLAN_FAULT_H
#define DRPLAN_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/// The most that a path may have here.
enum { FAULT_PATH = 4096 };

/// The calls as the C library has them, past the shim.
extern long (*real_syscall)(long, ...);
extern int (*real_fsync)(int);
extern int (*real_unlinkat)(int, const char *, int);
extern int (*real_linkat)(int, const char *, int, const char *, int);
extern int (*real_mkdirat)(int, const char *, mode_t);
extern int (*real_renameat2)(int, const char *, int, const char *, unsigned);
extern int (*real_openat)(int, const char *, int, ...);
extern int (*real_ftruncate)(int, off_t);
extern ssize_t (*real_pwrite)(int, const void *, size_t, off_t);

/// Whether writes and names are kept account of, so that they can be taken back.
extern bool powercut_is_on;

/// Starts the account; what was removed or replaced is kept in `store`, a folder of the same file system.
///
/// `seed` 0 takes back everything that is not durable; any other lets some of it survive.
void powercut_begin(const char *store, unsigned long seed);

/// Before the content of the file behind `fd` changes.
void powercut_will_change(int fd);
/// After the file or folder behind `fd` was synced.
void powercut_synced(int fd);
/// After the whole file system was synced.
void powercut_synced_all(void);

/// After a name was made: a file, folder, link.
void powercut_made(int directory, const char *path);
/// Before a name goes; the answer is handed to `powercut_removed` or `powercut_renamed` after it went.
int powercut_will_remove(int directory, const char *path);
void powercut_removed(int note, int directory, const char *path);
/// After `from` became `to`; `note` is that of what stood at `to`.
void powercut_renamed(int note, int fromDirectory, const char *from, int toDirectory, const char *to);
/// After two names changed places.
void powercut_exchanged(int firstDirectory, const char *first, int secondDirectory, const char *second);

/// Takes back what is not durable. Nothing may change a file meanwhile.
void powercut_happens(void);

/// Writes a line into the log, if there is one.
void fault_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
