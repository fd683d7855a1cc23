#pragma once
#include <sys/types.h>

// What to start: `path` is the executable itself (no search), `argv` and `envp` end with NULL. The three descriptors
// become 0, 1 and 2 of the child; everything else is closed there. `working_directory` may be NULL.
struct drp_spawn {
  const char *path;
  char *const *argv;
  char *const *envp;
  const char *working_directory;
  int input;
  int output;
  int error;
};

// Starts a child as leader of a session (and so of a process group) of its own, with an empty signal mask and default
// handlers. Returns 0 or an errno value.
int drp_spawn(const struct drp_spawn *what, pid_t *pid);

// The process between us and an orphan: while it waits, the orphan's pid cannot be reused.
struct drp_go_between {
  pid_t pid;
  int hold;
};

// Like drp_spawn, but by a go-between whose end makes the new process nobody's child: init adopts and reaps it, so it
// outlives the caller and leaves no zombie. On success `drp_finish_orphan` must follow: without `keep`, and also when the
// caller ends before it says so, the new process is killed. Returns 0 or an errno value.
int drp_spawn_orphan(const struct drp_spawn *what, pid_t *pid, struct drp_go_between *held);
void drp_finish_orphan(struct drp_go_between held, int keep);

// A descriptor that names the process itself rather than its number; -1 and errno on failure.
int drp_pidfd_open(pid_t pid);
// Returns 0 or an errno value.
int drp_pidfd_signal(int pidfd, int signal);
// Waits for a child to end and reaps it. `*by_signal` says whether `*code` is a signal or an exit status.
// Returns 0 or an errno value.
int drp_pidfd_reap(int pidfd, int *by_signal, int *code);

// An anonymous file in memory, close-on-exec; -1 and errno on failure.
int drp_memory_file(const char *name);
// A counter to wake a poll with, close-on-exec and non-blocking; -1 and errno on failure.
int drp_event_open(void);
void drp_event_signal(int event);
// pipe2 with O_CLOEXEC: non-blocking at the reading end only. Returns 0 or an errno value.
int drp_pipe(int *reading, int *writing);
