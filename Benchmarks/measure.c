/* Runs a program and writes down what it cost: measure OUT COUNT PROGRAM [ARGUMENT...]
 *
 * Starts the program COUNT times, one after the other, and writes one line to OUT: wall-clock nanoseconds, processor
 * microseconds, and the largest resident set in KiB of any process waited for, then the last exit status. In C, because
 * an interpreter adds milliseconds of its own, and its memory: the kernel counts what a process was before `exec`.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: measure OUT COUNT PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  int status = 0;
  long long processor = 0;
  long memory = 0;
  long long start = nanoseconds();
  for (long count = atol(argv[2]); count > 0; count--) {
    pid_t child;
    int failure = posix_spawnp(&child, argv[3], NULL, NULL, argv + 3, environ);
    if (failure != 0) {
      fprintf(stderr, "measure: %s: %s\n", argv[3], strerror(failure));
      return 2;
    }
    struct rusage use;
    if (wait4(child, &status, 0, &use) != child) return 2;
    processor += (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
    if (use.ru_maxrss > memory) memory = use.ru_maxrss;
  }
  long long wall = nanoseconds() - start;
  FILE *out = fopen(argv[1], "w");
  if (out == NULL) return 2;
  fprintf(out, "%lld %lld %ld %d\n", wall, processor, memory,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(out) == 0 ? 0 : 2;
}
