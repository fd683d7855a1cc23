#define _GNU_SOURCE
#include "processes_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

// With SIGCHLD ignored (some parents leave it so) the kernel reaps children by itself and their status is lost.
static void keep_children(void) {
  struct sigaction action;
  if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

static int add_actions(posix_spawn_file_actions_t *actions, const struct drp_spawn *what, const int from[3]) {
  int failure = 0;
  for (int target = 0; target < 3 && !failure; target++)
    failure = posix_spawn_file_actions_adddup2(actions, from[target], target);
  if (!failure && what->working_directory)
    failure = posix_spawn_file_actions_addchdir_np(actions, what->working_directory);
  if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(actions, 3);
  return failure;
}

static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int failure = posix_spawnattr_setsigmask(attributes, &none);
  if (!failure) failure = posix_spawnattr_setsigdefault(attributes, &all);
  if (!failure)
    failure = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return failure;
}

static int spawn_with(const struct drp_spawn *what, const int from[3], pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure) return failure;
  failure = posix_spawnattr_init(&attributes);
  if (!failure) {
    failure = add_actions(&actions, what, from);
    if (!failure) failure = set_attributes(&attributes);
    if (!failure) failure = posix_spawn(pid, what->path, &actions, &attributes, what->argv, what->envp);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

int drp_spawn(const struct drp_spawn *what, pid_t *pid) {
  keep_children();
  // A caller started with 0, 1 or 2 closed may hand over descriptors that are themselves below 3: the dup2 of one
  // would overwrite another, so those are moved up first.
  int given[3] = {what->input, what->output, what->error};
  int from[3], moved[3] = {-1, -1, -1};
  int failure = 0;
  for (int i = 0; i < 3; i++) {
    from[i] = given[i];
    if (given[i] > 2 || failure) continue;
    moved[i] = fcntl(given[i], F_DUPFD_CLOEXEC, 3);
    if (moved[i] < 0) failure = errno;
    from[i] = moved[i];
  }
  if (!failure) failure = spawn_with(what, from, pid);
  for (int i = 0; i < 3; i++)
    if (moved[i] >= 0) close(moved[i]);
  return failure;
}

struct orphan_report {
  int failure;
  pid_t pid;
};

static void write_report(int to, struct orphan_report report) {
  while (write(to, &report, sizeof report) < 0 && errno == EINTR) {
  }
}

// Waits until the other end says that the orphan is to live, or nobody holds it any more. A go-between inherits the ends of all others that wait at the same time:
// two that held each other's would wait for ever, so it first lets go of everything else.
static int is_kept(int release) {
  if (release != 3) dup2(release, 3);
  close_range(4, ~0U, 0);
  char byte;
  ssize_t got;
  while ((got = read(3, &byte, 1)) < 0 && errno == EINTR) {
  }
  return got == 1;
}

void drp_finish_orphan(struct drp_go_between held, int keep) {
  if (held.hold >= 0) {
    while (keep && send(held.hold, "k", 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
    close(held.hold);
  }
  while (waitpid(held.pid, NULL, 0) < 0 && errno == EINTR) {
  }
}

int drp_spawn_orphan(const struct drp_spawn *what, pid_t *pid, struct drp_go_between *held) {
  int report[2], release[2];
  keep_children();
  if (pipe2(report, O_CLOEXEC) < 0) return errno;
  // Not a pipe: to write to one whose reader was killed would end us.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, release) < 0) {
    int failure = errno;
    close(report[0]);
    close(report[1]);
    return failure;
  }
  sigset_t all, before;
  sigfillset(&all);
  // Our handlers must not run in the go-between, which shares their pipe.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t between = fork();
  if (between == 0) {
    // Between fork and _exit of a threaded program: only calls that take no lock.
    struct orphan_report answer = {0, 0};
    answer.failure = drp_spawn(what, &answer.pid);
    write_report(report[1], answer);
    // Not reaped by us, so the number is still its own; it leads a session and a group.
    if (!is_kept(release[0]) && !answer.failure) kill(-answer.pid, SIGKILL);
    _exit(0);
  }
  int fork_failure = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  close(release[0]);
  struct orphan_report answer = {between < 0 ? fork_failure : ECHILD, 0};
  if (between > 0) {
    ssize_t got;
    while ((got = read(report[0], &answer, sizeof answer)) < 0 && errno == EINTR) {
    }
  }
  close(report[0]);
  if (answer.failure) {
    close(release[1]);
    if (between > 0) drp_finish_orphan((struct drp_go_between){between, -1}, 0);
    return answer.failure;
  }
  *pid = answer.pid;
  *held = (struct drp_go_between){between, release[1]};
  return 0;
}

int drp_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int drp_pidfd_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? errno : 0;
}

int drp_pidfd_reap(int pidfd, int *by_signal, int *code) {
  siginfo_t info = {0};
  while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0)
    if (errno != EINTR) return errno;
  *by_signal = info.si_code != CLD_EXITED;
  *code = info.si_status;
  return 0;
}

int drp_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int drp_event_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void drp_event_signal(int event) {
  uint64_t one = 1;
  // A counter that is already full wakes its reader just as well.
  (void)!write(event, &one, sizeof one);
}

int drp_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return errno;
  int flags = fcntl(ends[0], F_GETFL);
  if (flags < 0 || fcntl(ends[0], F_SETFL, flags | O_NONBLOCK) < 0) {
    int failure = errno;
    close(ends[0]);
    close(ends[1]);
    return failure;
  }
  *reading = ends[0];
  *writing = ends[1];
  return 0;
}
