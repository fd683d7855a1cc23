#define _GNU_SOURCE
#include "signals_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

// Set once by drp_signal_pipe before any handler is in place.
static volatile sig_atomic_t writing_end = -1;

static void forward(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe already holds thousands of unread signals: one more says nothing new.
  (void)!write((int)writing_end, &byte, 1);
  errno = saved;
}

int drp_signal_pipe(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  int flags = fcntl(ends[1], F_GETFL);
  if (flags < 0 || fcntl(ends[1], F_SETFL, flags | O_NONBLOCK) < 0) return -1;
  writing_end = ends[1];
  return ends[0];
}

int drp_signal_catch(int number) {
  struct sigaction action, before;
  if (number == SIGHUP && sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN) return 0;
  action.sa_handler = forward;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL) < 0 ? errno : 0;
}

void drp_signal_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }
