// The calls that change files, in front of those of the C library: counts those that match, and at a chosen one kills
// the process, lets the call fail, or cuts the power. README.md says how it is told what to do.
#define _GNU_SOURCE
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

long (*real_syscall)(long, ...);
int (*real_fsync)(int);
int (*real_unlinkat)(int, const char *, int);
int (*real_linkat)(int, const char *, int, const char *, int);
int (*real_mkdirat)(int, const char *, mode_t);
int (*real_renameat2)(int, const char *, int, const char *, unsigned);
int (*real_openat)(int, const char *, int, ...);
int (*real_ftruncate)(int, off_t);
ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fdatasync)(int);
static int (*real_syncfs)(int);
static int (*real_fallocate)(int, int, off_t, off_t);
static int (*real_symlinkat)(const char *, int, const char *);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_read)(int, void *, size_t);
static int (*real_eventfd)(unsigned, int);
static int (*real_pipe2)(int[2], int);
static int (*real_socket)(int, int, int);
static int (*real_timerfd_create)(clockid_t, int);
static int (*real_memfd_create)(const char *, unsigned);
static int (*real_pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

enum deed { NOTHING, KILL, FAIL, SHORT, POWERCUT };

/// What is to happen; written once, before the program runs.
static struct {
  bool is_on;
  enum deed deed;
  bool after;
  int error;
  char calls[256];
  char pattern[FAULT_PATH];
  long at;       // the number of the call; 0 for none
  bool stays;    // every later call as well
  char root[FAULT_PATH];
  size_t root_length;
  int log;
} rule = {.log = -1};

/// Held while a counted call runs, so that nothing else changes while the power goes.
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static long count = 0;

void fault_log(const char *format, ...) {
  if (rule.log < 0) return;
  char line[FAULT_PATH * 2 + 64];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  if ((size_t)length > sizeof line - 2) length = sizeof line - 2;
  line[length++] = '\n';
  (void)!real_write(rule.log, line, (size_t)length);
}

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static void refuse(const char *text) {
  fprintf(stderr, "fault shim: cannot understand `%s`\n", text);
  _exit(97);
}

static int error_named(const char *name) {
  static const struct { const char *name; int number; } known[] = {
    {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS}, {"EACCES", EACCES},
    {"EINTR", EINTR}, {"EMFILE", EMFILE}, {"ENFILE", ENFILE}, {"ENOMEM", ENOMEM}, {"EAGAIN", EAGAIN},
    {"EINVAL", EINVAL}, {"ENOSYS", ENOSYS},
  };
  for (size_t index = 0; index < sizeof known / sizeof *known; index++) {
    if (strcmp(known[index].name, name) == 0) return known[index].number;
  }
  refuse(name);
  return 0;
}

static void understand(const char *text) {
  char copy[FAULT_PATH];
  snprintf(copy, sizeof copy, "%s", text);
  char *rest = copy;
  char *deed = strsep(&rest, ":");
  char *how = NULL;
  if (strcmp(deed, "count") == 0) rule.deed = NOTHING;
  else if (strcmp(deed, "short") == 0) rule.deed = SHORT;
  else {
    how = strsep(&rest, ":");
    if (how == NULL) refuse(text);
    if (strcmp(deed, "errno") == 0) {
      rule.deed = FAIL;
      rule.error = error_named(how);
    } else {
      if (strcmp(deed, "kill") == 0) rule.deed = KILL;
      else if (strcmp(deed, "powercut") == 0) rule.deed = POWERCUT;
      else refuse(text);
      rule.after = strcmp(how, "after") == 0;
      if (!rule.after && strcmp(how, "before") != 0) refuse(text);
    }
  }
  char *calls = strsep(&rest, ":");
  char *pattern = strsep(&rest, ":");
  if (calls == NULL || pattern == NULL) refuse(text);
  snprintf(rule.calls, sizeof rule.calls, ",%s,", calls);
  snprintf(rule.pattern, sizeof rule.pattern, "%s", pattern);
  if (rule.deed == NOTHING) return;
  if (rest == NULL) refuse(text);
  char *end;
  rule.at = strtol(rest, &end, 10);
  if (rule.at < 1 || end == rest) refuse(text);
  rule.stays = *end == '+';
  if (*end != 0 && !rule.stays) refuse(text);
}

/// Other libraries may call before this one is initialised.
static void resolve(void) {
  if (real_syscall != NULL) return;
  real_fsync = next("fsync");
  real_fdatasync = next("fdatasync");
  real_syncfs = next("syncfs");
  real_unlinkat = next("unlinkat");
  real_linkat = next("linkat");
  real_mkdirat = next("mkdirat");
  real_symlinkat = next("symlinkat");
  real_renameat2 = next("renameat2");
  real_openat = next("openat");
  real_ftruncate = next("ftruncate");
  real_fallocate = next("fallocate");
  real_write = next("write");
  real_writev = next("writev");
  real_pwrite = next("pwrite");
  real_read = next("read");
  real_pread = next("pread");
  real_eventfd = next("eventfd");
  real_pipe2 = next("pipe2");
  real_socket = next("socket");
  real_timerfd_create = next("timerfd_create");
  real_memfd_create = next("memfd_create");
  real_pthread_create = next("pthread_create");
  real_syscall = next("syscall");
}

static void take_turn(void) { pthread_mutex_lock(&turn); }
static void end_turn(void) { pthread_mutex_unlock(&turn); }
/// What a forked child does on its way to another program is not the program's doing.
static void leave_alone(void) {
  rule.is_on = false;
  pthread_mutex_unlock(&turn);
}

__attribute__((constructor)) static void begin(void) {
  resolve();
  const char *text = getenv("DRPLAN_FAULT");
  char self[FAULT_PATH] = {0};
  if (text == NULL || readlink("/proc/self/exe", self, sizeof self - 1) < 0) return;
  const char *name = strrchr(self, '/');
  // The program alone, neither what starts it nor what it starts.
  if (name == NULL || strcmp(name + 1, "drplan") != 0) return;
  understand(text);
  const char *root = getenv("DRPLAN_FAULT_ROOT");
  if (root == NULL || realpath(root, rule.root) == NULL) refuse("DRPLAN_FAULT_ROOT");
  rule.root_length = strlen(rule.root);
  const char *log = getenv("DRPLAN_FAULT_LOG");
  if (log != NULL) {
    int fd = real_openat(AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    rule.log = fcntl(fd, F_DUPFD_CLOEXEC, 390);
    close(fd);
  }
  if (rule.deed == POWERCUT) {
    const char *store = getenv("DRPLAN_FAULT_STORE");
    const char *seed = getenv("DRPLAN_FAULT_SEED");
    if (store == NULL) refuse("DRPLAN_FAULT_STORE");
    powercut_begin(store, seed == NULL ? 0 : strtoul(seed, NULL, 10));
  }
  unsetenv("LD_PRELOAD");
  pthread_atfork(take_turn, end_turn, leave_alone);
  rule.is_on = true;
}

/// The absolute path that `path` names from `directory`, by the text alone; empty when that cannot be told.
static void absolute(int directory, const char *path, char result[FAULT_PATH]) {
  result[0] = 0;
  char base[FAULT_PATH] = {0};
  if (path[0] == '/') {
    snprintf(result, FAULT_PATH, "%s", path);
    return;
  }
  if (directory == AT_FDCWD) {
    if (getcwd(base, sizeof base) == NULL) return;
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    if (readlink(link, base, sizeof base - 1) < 0) return;
  }
  if (path[0] == 0) snprintf(result, FAULT_PATH, "%s", base);
  else {
    int length = snprintf(result, FAULT_PATH, "%s/%s", base, path);
    if (length < 0 || length >= FAULT_PATH) result[0] = 0;
  }
}

/// Below the root, but for what the tests capture there.
static bool is_ours(const char *path) {
  return strncmp(path, rule.root, rule.root_length) == 0 &&
         (path[rule.root_length] == '/' || path[rule.root_length] == 0) &&
         strncmp(path + rule.root_length, "/.streams/", 10) != 0;
}

/// One call on its way through; `is_ours` false for one that is none of the shim's business.
struct passage {
  bool is_ours;
  bool is_chosen;
  bool fails;
  bool is_short;
};

static void end_now(void) {
  if (rule.deed == POWERCUT) powercut_happens();
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/// Takes the turn and counts; `first` may be empty for a call without a path. Pairs with `leave`.
static struct passage enter(const char *call, const char *first, const char *second) {
  struct passage passage = {0};
  char needle[40];
  snprintf(needle, sizeof needle, ",%s,", call);
  bool is_named = strstr(rule.calls, needle) != NULL;
  // Reading and taking resources counts only where it is asked for by name.
  bool changes = strchr("+", call[0]) == NULL;
  if (!changes) {
    snprintf(needle, sizeof needle, ",%s,", call + 1);
    is_named = strstr(rule.calls, needle) != NULL;
    if (!is_named) return passage;
  }
  if (first != NULL && !is_ours(first) && (second == NULL || !is_ours(second))) return passage;
  passage.is_ours = true;
  pthread_mutex_lock(&turn);
  bool matches = is_named || strcmp(rule.calls, ",*,") == 0;
  if (matches && first != NULL && fnmatch(rule.pattern, first, 0) != 0 &&
      (second == NULL || fnmatch(rule.pattern, second, 0) != 0)) {
    matches = false;
  }
  if (!matches) return passage;
  count++;
  const char *own = first == NULL ? "" : is_ours(first) ? first + rule.root_length : first;
  fault_log("%ld %s %s%s%s", count, call, own, second == NULL ? "" : " -> ",
            second == NULL ? "" : is_ours(second) ? second + rule.root_length : second);
  if (rule.deed == NOTHING || count < rule.at || (count > rule.at && !rule.stays)) return passage;
  passage.is_chosen = true;
  passage.fails = rule.deed == FAIL;
  passage.is_short = rule.deed == SHORT;
  if ((rule.deed == KILL || rule.deed == POWERCUT) && !rule.after) end_now();
  return passage;
}

static void leave(struct passage passage) {
  if (!passage.is_ours) return;
  if (passage.is_chosen && (rule.deed == KILL || rule.deed == POWERCUT)) end_now();
  int error = errno;
  pthread_mutex_unlock(&turn);
  errno = error;
}

static struct passage enter_fd(const char *call, int fd) {
  struct passage none = {0};
  resolve();
  if (!rule.is_on) return none;
  int error = errno;
  char path[FAULT_PATH];
  absolute(fd, "", path);
  errno = error;
  return path[0] == '/' ? enter(call, path, NULL) : none;
}

static struct passage enter_path(const char *call, int directory, const char *path) {
  struct passage none = {0};
  resolve();
  if (!rule.is_on) return none;
  int error = errno;
  char full[FAULT_PATH];
  absolute(directory, path, full);
  errno = error;
  return enter(call, full, NULL);
}

static struct passage enter_paths(
  const char *call, int fromDirectory, const char *from, int toDirectory, const char *to) {
  struct passage none = {0};
  resolve();
  if (!rule.is_on) return none;
  char first[FAULT_PATH], second[FAULT_PATH];
  absolute(fromDirectory, from, first);
  absolute(toDirectory, to, second);
  return enter(call, first, second);
}

static struct passage enter_plain(const char *call) {
  struct passage none = {0};
  resolve();
  return rule.is_on ? enter(call, NULL, NULL) : none;
}

#define FAILS(passage)                     \
  if ((passage).fails) {                   \
    leave(passage);                        \
    errno = rule.error;                    \
    return -1;                             \
  }

static bool counts(struct passage passage) { return passage.is_ours && powercut_is_on; }

// Content

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  struct passage passage = enter_fd("pwrite", fd);
  FAILS(passage);
  if (counts(passage)) powercut_will_change(fd);
  ssize_t result = real_pwrite(fd, bytes, passage.is_short ? (length + 1) / 2 : length, offset);
  leave(passage);
  return result;
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) __attribute__((alias("pwrite")));

ssize_t write(int fd, const void *bytes, size_t length) {
  struct passage passage = enter_fd("write", fd);
  FAILS(passage);
  if (counts(passage)) powercut_will_change(fd);
  ssize_t result = real_write(fd, bytes, passage.is_short ? (length + 1) / 2 : length);
  leave(passage);
  return result;
}

ssize_t writev(int fd, const struct iovec *parts, int number) {
  struct passage passage = enter_fd("writev", fd);
  FAILS(passage);
  if (counts(passage)) powercut_will_change(fd);
  ssize_t result = real_writev(fd, parts, passage.is_short ? 1 : number);
  leave(passage);
  return result;
}

int ftruncate(int fd, off_t length) {
  struct passage passage = enter_fd("ftruncate", fd);
  FAILS(passage);
  if (counts(passage)) powercut_will_change(fd);
  int result = real_ftruncate(fd, length);
  leave(passage);
  return result;
}
int ftruncate64(int fd, off_t length) __attribute__((alias("ftruncate")));

int fallocate(int fd, int mode, off_t offset, off_t length) {
  struct passage passage = enter_fd("fallocate", fd);
  FAILS(passage);
  if (counts(passage)) powercut_will_change(fd);
  int result = real_fallocate(fd, mode, offset, length);
  leave(passage);
  return result;
}
int fallocate64(int fd, int mode, off_t offset, off_t length) __attribute__((alias("fallocate")));

ssize_t pread(int fd, void *bytes, size_t length, off_t offset) {
  struct passage passage = enter_fd("+pread", fd);
  FAILS(passage);
  ssize_t result = real_pread(fd, bytes, passage.is_short ? (length + 1) / 2 : length, offset);
  leave(passage);
  return result;
}
ssize_t pread64(int fd, void *bytes, size_t length, off_t offset) __attribute__((alias("pread")));

ssize_t read(int fd, void *bytes, size_t length) {
  struct passage passage = enter_fd("+read", fd);
  FAILS(passage);
  ssize_t result = real_read(fd, bytes, passage.is_short ? (length + 1) / 2 : length);
  leave(passage);
  return result;
}

// Syncs

static int synced(const char *call, int fd, int (*real)(int)) {
  struct passage passage = enter_fd(call, fd);
  FAILS(passage);
  int result = real(fd);
  if (result == 0 && counts(passage)) powercut_synced(fd);
  leave(passage);
  return result;
}
int fsync(int fd) { return synced("fsync", fd, real_fsync); }
int fdatasync(int fd) { return synced("fdatasync", fd, real_fdatasync); }

int syncfs(int fd) {
  struct passage passage = enter_fd("syncfs", fd);
  FAILS(passage);
  int result = real_syncfs(fd);
  if (result == 0 && counts(passage)) powercut_synced_all();
  leave(passage);
  return result;
}

// Names

static int opened(int directory, const char *path, int flags, mode_t mode, const struct open_how *how) {
  // Opening alone changes nothing.
  bool changes = (flags & (O_CREAT | O_TRUNC)) != 0 && (flags & O_TMPFILE) != O_TMPFILE;
  struct passage passage = enter_path(changes ? "open" : "+openread", directory, path);
  FAILS(passage);
  struct stat status;
  bool exists = true;
  if (changes && counts(passage)) {
    exists = fstatat(directory, path, &status, 0) == 0;
    if (exists && (flags & O_TRUNC) && !(flags & O_EXCL)) {
      int fd = real_openat(directory, path, O_RDONLY | O_CLOEXEC);
      if (fd >= 0) powercut_will_change(fd);
      // Never closed: that would drop the process's record locks on it.
    }
  }
  int result = how == NULL ? real_openat(directory, path, flags, mode)
                           : (int)real_syscall(SYS_openat2, directory, path, how, sizeof *how);
  if (result >= 0 && !exists) powercut_made(directory, path);
  leave(passage);
  return result;
}

#define MODE_OF(flags)                            \
  mode_t mode = 0;                                \
  if ((flags) & (O_CREAT | O_TMPFILE)) {          \
    va_list arguments;                            \
    va_start(arguments, flags);                   \
    mode = va_arg(arguments, mode_t);             \
    va_end(arguments);                            \
  }

int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(AT_FDCWD, path, flags, mode, NULL);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(AT_FDCWD, path, flags, mode, NULL);
}
int openat(int directory, const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(directory, path, flags, mode, NULL);
}
int openat64(int directory, const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(directory, path, flags, mode, NULL);
}

long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long values[6];
  for (int index = 0; index < 6; index++) values[index] = va_arg(arguments, long);
  va_end(arguments);
  resolve();
  if (number == SYS_openat2 && rule.is_on) {
    const struct open_how *how = (const struct open_how *)values[2];
    return opened((int)values[0], (const char *)values[1], (int)how->flags, (mode_t)how->mode, how);
  }
  return real_syscall(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

int mkdirat(int directory, const char *path, mode_t mode) {
  struct passage passage = enter_path("mkdir", directory, path);
  FAILS(passage);
  int result = real_mkdirat(directory, path, mode);
  if (result == 0 && counts(passage)) powercut_made(directory, path);
  leave(passage);
  return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int symlinkat(const char *target, int directory, const char *path) {
  struct passage passage = enter_path("symlink", directory, path);
  FAILS(passage);
  int result = real_symlinkat(target, directory, path);
  if (result == 0 && counts(passage)) powercut_made(directory, path);
  leave(passage);
  return result;
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int linkat(int fromDirectory, const char *from, int toDirectory, const char *to, int flags) {
  struct passage passage = enter_paths("link", fromDirectory, from, toDirectory, to);
  FAILS(passage);
  int result = real_linkat(fromDirectory, from, toDirectory, to, flags);
  if (result == 0 && counts(passage)) powercut_made(toDirectory, to);
  leave(passage);
  return result;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int directory, const char *path, int flags) {
  struct passage passage = enter_path("unlink", directory, path);
  FAILS(passage);
  int note = counts(passage) ? powercut_will_remove(directory, path) : -1;
  int result = real_unlinkat(directory, path, flags);
  if (result == 0 && counts(passage)) powercut_removed(note, directory, path);
  leave(passage);
  return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int renameat2(int fromDirectory, const char *from, int toDirectory, const char *to, unsigned flags) {
  struct passage passage = enter_paths("rename", fromDirectory, from, toDirectory, to);
  FAILS(passage);
  int note = -1;
  if (counts(passage) && flags == 0) note = powercut_will_remove(toDirectory, to);
  int result = real_renameat2(fromDirectory, from, toDirectory, to, flags);
  if (result == 0 && counts(passage)) {
    if (flags & RENAME_EXCHANGE) powercut_exchanged(fromDirectory, from, toDirectory, to);
    else powercut_renamed(note, fromDirectory, from, toDirectory, to);
  }
  leave(passage);
  return result;
}
int renameat(int fromDirectory, const char *from, int toDirectory, const char *to) {
  return renameat2(fromDirectory, from, toDirectory, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

// Resources

int eventfd(unsigned initial, int flags) {
  struct passage passage = enter_plain("+eventfd");
  FAILS(passage);
  int result = real_eventfd(initial, flags);
  leave(passage);
  return result;
}

int pipe2(int ends[2], int flags) {
  struct passage passage = enter_plain("+pipe2");
  FAILS(passage);
  int result = real_pipe2(ends, flags);
  leave(passage);
  return result;
}

int socket(int domain, int type, int protocol) {
  struct passage passage = enter_plain("+socket");
  FAILS(passage);
  int result = real_socket(domain, type, protocol);
  leave(passage);
  return result;
}

int timerfd_create(clockid_t clock, int flags) {
  struct passage passage = enter_plain("+timerfd_create");
  FAILS(passage);
  int result = real_timerfd_create(clock, flags);
  leave(passage);
  return result;
}

int memfd_create(const char *name, unsigned flags) {
  struct passage passage = enter_plain("+memfd_create");
  FAILS(passage);
  int result = real_memfd_create(name, flags);
  leave(passage);
  return result;
}

int pthread_create(
  pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  struct passage passage = enter_plain("+pthread_create");
  if (passage.fails) {
    leave(passage);
    return rule.error;
  }
  int result = real_pthread_create(thread, attributes, start, argument);
  leave(passage);
  return result;
}
