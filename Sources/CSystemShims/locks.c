#define _GNU_SOURCE
#include "locks_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct flock whole_file(short type) {
  struct flock lock = {0};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

int drp_lock_exclusive(int descriptor) {
  struct flock lock = whole_file(F_WRLCK);
  if (fcntl(descriptor, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

void drp_lock_release(int descriptor) {
  struct flock lock = whole_file(F_UNLCK);
  fcntl(descriptor, F_OFD_SETLK, &lock);
}

int drp_lock_is_held(int descriptor) {
  struct flock lock = whole_file(F_WRLCK);
  if (fcntl(descriptor, F_OFD_GETLK, &lock) < 0) return -1;
  return lock.l_type != F_UNLCK;
}
