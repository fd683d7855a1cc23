#define _GNU_SOURCE
#include "include/files_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int drplan_open_beneath(int directory, const char *path, int flags, mode_t mode) {
  struct open_how how;
  memset(&how, 0, sizeof how);
  how.flags = (uint64_t)(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    long result = syscall(SYS_openat2, directory, path, &how, sizeof how);
    // EAGAIN: a rename raced with the lookup and the kernel could not prove that it stayed beneath.
    if (result >= 0 || (errno != EINTR && errno != EAGAIN)) return (int)result;
  }
}

int64_t drplan_birth_time(const char *path) {
  struct statx found;
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &found) != 0) return -1;
  if (!(found.stx_mask & STATX_BTIME) || found.stx_btime.tv_sec < 0) return -1;
  return (int64_t)found.stx_btime.tv_sec * 1000000000 + found.stx_btime.tv_nsec;
}

int drplan_rename_noreplace(int fromDirectory, const char *from, int toDirectory, const char *to) {
  return renameat2(fromDirectory, from, toDirectory, to, RENAME_NOREPLACE);
}

int drplan_rename_exchange(int fromDirectory, const char *from, int toDirectory, const char *to) {
  return renameat2(fromDirectory, from, toDirectory, to, RENAME_EXCHANGE);
}

void drplan_start_writeback(int fd, int64_t offset, int64_t length) {
  (void)sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE);
}

int drplan_syncfs(int fd) { return syncfs(fd); }

int drplan_preallocate(int fd, int64_t length) {
  int result;
  do result = fallocate(fd, 0, 0, length);
  while (result != 0 && errno == EINTR);
  return result;
}

int64_t drplan_seek_data(int fd, int64_t offset) { return lseek(fd, offset, SEEK_DATA); }

int64_t drplan_seek_hole(int fd, int64_t offset) { return lseek(fd, offset, SEEK_HOLE); }

int64_t drplan_getdents(int fd, void *buffer, uint64_t capacity) {
  return syscall(SYS_getdents64, fd, buffer, capacity);
}

int drplan_random(void *buffer, uint64_t count) {
  uint8_t *position = buffer;
  while (count > 0) {
    ssize_t got = getrandom(position, count, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    position += got;
    count -= (uint64_t)got;
  }
  return 0;
}

int drplan_o_path(void) { return O_PATH; }

int drplan_o_direct(void) { return O_DIRECT; }

int drplan_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}
