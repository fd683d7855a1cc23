// The model of a power cut.
//
// Durable is: the content of a file at its last fsync, fdatasync or syncfs; a name (made, removed, renamed, exchanged)
// once a folder that it stands in was synced after it. A rename between two folders counts as durable with the first
// of them that is synced, because journalling file systems write it as one. Everything else is taken back, names
// in reverse order, and then the process is killed. With a seed, the last names survive up to a chosen one, and of
// each file's unsynced content nothing, all or the front part survives.
//
// That is what POSIX promises and no more. Better than the model are ext4, XFS and Btrfs: they keep the order of names,
// an fsync of a new file also makes its name durable, and ext4 writes a file out before it is renamed over another.
//
// Not modelled: changes by other processes (commands and services of the plan), through memory maps (the -shm file of
// SQLite, which it makes anew), of modes, owners and times; a disk that lies about a sync; sectors written in part.
#define _GNU_SOURCE
#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 20000 };

/// A file or folder that was touched. Its descriptor stays open: closing it would drop SQLite's locks on the file, and
/// while it is open its number names nothing else.
struct node {
  dev_t device;
  ino_t inode;
  int fd;
  bool is_dirty;
  char *content;  // as it was when last durable, while dirty
  size_t size;
};

enum kind { MADE, REMOVED, RENAMED, EXCHANGED };

/// A change of names that is not durable yet.
struct change {
  enum kind kind;
  int from, to;  // nodes of the folders; `from` is -1 where there is one name
  char from_name[NAME_MAX + 1], to_name[NAME_MAX + 1];
  int note;      // what was removed or replaced stands in the store under this number; -1 for nothing
  int gone;      // the node of a folder that was removed, else -1
  mode_t mode;   // and its mode
};

bool powercut_is_on = false;

static struct node nodes[MOST];
static int node_count = 0;
static struct change changes[MOST];
static int change_count = 0;
static int store = -1;
static int notes = 0;
static unsigned long survivors = 0;

static void give_up(const char *what) {
  fault_log("! the account of writes is broken: %s: %s", what, strerror(errno));
  abort();
}

static unsigned long chance(unsigned long below) {
  survivors ^= survivors << 13;
  survivors ^= survivors >> 7;
  survivors ^= survivors << 17;
  return survivors % below;
}

void powercut_begin(const char *path, unsigned long seed) {
  store = real_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (store < 0) give_up("no store");
  survivors = seed * 0x9E3779B97F4A7C15ul;
  powercut_is_on = true;
}

static int node_of(const struct stat *status, int directory, const char *path, int flags) {
  for (int index = 0; index < node_count; index++) {
    if (nodes[index].inode == status->st_ino && nodes[index].device == status->st_dev) return index;
  }
  if (node_count == MOST) give_up("too many files");
  int fd = real_openat(directory, path, flags | O_CLOEXEC);
  if (fd < 0) give_up(path);
  // High numbers, so that the program finds its own where it looks for them.
  int high = fcntl(fd, F_DUPFD_CLOEXEC, 400);
  if (high >= 0) close(fd), fd = high;
  nodes[node_count] = (struct node){.device = status->st_dev, .inode = status->st_ino, .fd = fd};
  return node_count++;
}

/// The node of the folder that a path's last name stands in, and that name.
static int folder_of(int directory, const char *path, char name[NAME_MAX + 1]) {
  char parent[FAULT_PATH];
  snprintf(parent, sizeof parent, "%s", path);
  size_t length = strlen(parent);
  while (length > 1 && parent[length - 1] == '/') parent[--length] = 0;
  char *slash = strrchr(parent, '/');
  const char *last = slash ? slash + 1 : parent;
  if (strlen(last) > NAME_MAX) give_up("a name that is too long");
  memcpy(name, last, strlen(last) + 1);
  if (slash == parent) slash[1] = 0;
  else if (slash) *slash = 0;
  else strcpy(parent, ".");
  struct stat status;
  if (fstatat(directory, parent, &status, 0) != 0) give_up(parent);
  return node_of(&status, directory, parent, O_RDONLY | O_DIRECTORY);
}

void powercut_will_change(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  struct node *node = &nodes[node_of(&status, AT_FDCWD, path, O_RDWR)];
  if (node->is_dirty) return;
  node->is_dirty = true;
  node->size = (size_t)status.st_size;
  node->content = malloc(node->size + 1);
  size_t got = 0;
  while (got < node->size) {
    ssize_t count = pread(node->fd, node->content + got, node->size - got, (off_t)got);
    if (count <= 0) give_up("reading what is durable");
    got += (size_t)count;
  }
}

static void settle(struct node *node) {
  free(node->content);
  node->content = NULL;
  node->is_dirty = false;
}

void powercut_synced(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return;
  int found = -1;
  for (int index = 0; index < node_count; index++) {
    if (nodes[index].inode == status.st_ino && nodes[index].device == status.st_dev) found = index;
  }
  if (found < 0) return;
  settle(&nodes[found]);
  int left = 0;
  for (int index = 0; index < change_count; index++) {
    if (changes[index].from != found && changes[index].to != found) changes[left++] = changes[index];
  }
  change_count = left;
}

void powercut_synced_all(void) {
  for (int index = 0; index < node_count; index++) settle(&nodes[index]);
  change_count = 0;
}

static struct change *add(enum kind kind, int note) {
  if (change_count == MOST) give_up("too many names");
  struct change *change = &changes[change_count++];
  *change = (struct change){.kind = kind, .from = -1, .note = note, .gone = -1};
  return change;
}

void powercut_made(int directory, const char *path) {
  struct change *change = add(MADE, -1);
  change->to = folder_of(directory, path, change->to_name);
}

static int folder_going = -1;
static mode_t mode_going = 0;

int powercut_will_remove(int directory, const char *path) {
  struct stat status;
  folder_going = -1;
  if (fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
  if (S_ISDIR(status.st_mode)) {
    folder_going = node_of(&status, directory, path, O_RDONLY | O_DIRECTORY);
    mode_going = status.st_mode & 07777;
    return -1;
  }
  char name[32];
  snprintf(name, sizeof name, "%d", notes);
  if (real_linkat(directory, path, store, name, 0) != 0) give_up("keeping what is removed");
  return notes++;
}

void powercut_removed(int note, int directory, const char *path) {
  struct change *change = add(REMOVED, note);
  change->gone = folder_going;
  change->mode = mode_going;
  change->to = folder_of(directory, path, change->to_name);
}

void powercut_renamed(int note, int fromDirectory, const char *from, int toDirectory, const char *to) {
  struct change *change = add(RENAMED, note);
  change->from = folder_of(fromDirectory, from, change->from_name);
  change->to = folder_of(toDirectory, to, change->to_name);
}

void powercut_exchanged(int firstDirectory, const char *first, int secondDirectory, const char *second) {
  struct change *change = add(EXCHANGED, -1);
  change->from = folder_of(firstDirectory, first, change->from_name);
  change->to = folder_of(secondDirectory, second, change->to_name);
}

/// Whether the folder was removed for good: what was done in it before needs no taking back, and cannot be.
static bool is_gone(int node) {
  struct stat status;
  return fstat(nodes[node].fd, &status) == 0 && status.st_nlink == 0;
}

/// Makes a removed folder anew, and lets the changes that were made in it before find it.
static int make_again(const struct change *change) {
  int to = nodes[change->to].fd;
  if (real_mkdirat(to, change->to_name, change->mode) != 0) return -1;
  int fd = real_openat(to, change->to_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -1;
  nodes[change->gone].fd = fd;
  return 0;
}

static void put_back(const struct change *change) {
  if (change->note < 0) return;
  char name[32];
  snprintf(name, sizeof name, "%d", change->note);
  if (real_linkat(store, name, nodes[change->to].fd, change->to_name, 0) != 0) {
    fault_log("! cannot put back %s: %s", change->to_name, strerror(errno));
  }
}

static void take_back(const struct change *change, int number) {
  if (is_gone(change->to) || (change->from >= 0 && is_gone(change->from))) return;
  int to = nodes[change->to].fd;
  char lost[32];
  int result = 0;
  switch (change->kind) {
    case MADE:
      // A folder goes with all that is in it, durable or not: nothing leads to it any more.
      snprintf(lost, sizeof lost, "lost-%d", number);
      result = real_renameat2(to, change->to_name, store, lost, 0);
      // Moved on meanwhile, durably: then nothing is left here to take back.
      if (result != 0 && errno == ENOENT) result = 0;
      break;
    case REMOVED:
      if (change->gone >= 0) result = make_again(change);
      put_back(change);
      break;
    case RENAMED:
      result = real_renameat2(to, change->to_name, nodes[change->from].fd, change->from_name, 0);
      put_back(change);
      break;
    case EXCHANGED:
      result = real_renameat2(to, change->to_name, nodes[change->from].fd, change->from_name, RENAME_EXCHANGE);
      break;
  }
  if (result != 0) fault_log("! cannot take back %s: %s", change->to_name, strerror(errno));
  else fault_log("- name %s", change->to_name);
}

void powercut_happens(void) {
  int kept = survivors == 0 ? 0 : (int)chance((unsigned long)change_count + 1);
  for (int index = change_count - 1; index >= kept; index--) take_back(&changes[index], index);
  for (int index = 0; index < node_count; index++) {
    struct node *node = &nodes[index];
    if (!node->is_dirty) continue;
    unsigned long fate = survivors == 0 ? 0 : chance(3);
    struct stat status;
    if (fate == 1 || fstat(node->fd, &status) != 0) continue;
    if (fate == 2 && (size_t)status.st_size > node->size) {
      // A file that grew may have grown by less.
      off_t size = (off_t)node->size + (off_t)chance((unsigned long)(status.st_size - (off_t)node->size));
      if (real_ftruncate(node->fd, size) != 0) fault_log("! cannot cut: %s", strerror(errno));
      continue;
    }
    fault_log("- content of inode %lu, back to %zu bytes", (unsigned long)node->inode, node->size);
    if (real_ftruncate(node->fd, 0) != 0 ||
        real_pwrite(node->fd, node->content, node->size, 0) != (ssize_t)node->size) {
      fault_log("! cannot restore: %s", strerror(errno));
    }
  }
}
