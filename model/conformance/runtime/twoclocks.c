/* Two clocks that a player or a test moves, loaded into the runtime by LD_PRELOAD (Linux, glibc).
 *
 * The file $LASTCHUNK_CLOCKS holds two settings, of which one counts: what the wall clock shows (Date.now(),
 * and when an alarm is due), what the steady clock shows (timers: none fires before it has moved), and whether
 * they flow, which adds the real steady clock to both, in whole ms: so both turn to the next ms at once. A setting is written aside and then made the one that counts, so that
 * both clocks change at once. That they may also move one after the other is what decides a tie: the wall clock
 * to t, a request, then the timers to t lets the request come before the alarm; both to t, then the request,
 * lets the alarm come first. Behind the settings each process says when its next timer is due, and whether it
 * has anything to do.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { NS_A_S = 1000000000, NS_A_MS = 1000000, LOOK_MS = 2, PROCESSES_MAX = 64 };
typedef volatile int64_t word;
struct setting { word clock_ns[2], flows; }; /* wall, steady */
struct process { word pid, turns, idle_turns, due_ns; };
static struct clocks { word counts; struct setting settings[2]; struct process processes[PROCESSES_MAX]; } *clocks;
static struct process *mine;

static int64_t shown_ns(int is_steady) {
  struct setting *now = &clocks->settings[clocks->counts & 1];
  int64_t ns = now->clock_ns[is_steady];
  if (!now->flows) return ns;
  struct timespec real;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &real);
  return ns + real.tv_sec * (int64_t)NS_A_S + real.tv_nsec / NS_A_MS * NS_A_MS;
}

/* A place of this process's own: one that is free, or that of a process that is gone. */
static void register_process(void) {
  for (int n = 0; n < PROCESSES_MAX; n++) {
    struct process *place = &clocks->processes[n];
    int64_t pid = place->pid;
    if (pid && (!kill(pid, 0) || errno != ESRCH)) continue;
    if (!__sync_bool_compare_and_swap(&place->pid, pid, getpid())) continue;
    place->turns = place->idle_turns = 0;
    place->due_ns = INT64_MAX;
    mine = place;
    return;
  }
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("LASTCHUNK_CLOCKS"), *parent = getenv("LASTCHUNK_PLAYER");
  /* Whoever starts the runtime inherits this too, and keeps the real clocks. */
  int file = path && !strcmp(program_invocation_short_name, "workerd") ? open(path, O_RDWR) : -1;
  if (file < 0) return;
  void *mapped = mmap(0, sizeof *clocks, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) return;
  clocks = mapped;
  register_process();
  if (!parent) return;
  /* A player that dies ends its runtime, however it dies. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != atoi(parent)) _exit(1);
}

int clock_gettime(clockid_t id, struct timespec *out) {
  int is_steady = id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE;
  int is_wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
  if (!clocks || !(is_steady || is_wall)) return (int)syscall(SYS_clock_gettime, id, out);
  int64_t ns = shown_ns(is_steady);
  out->tv_sec = ns / NS_A_S;
  out->tv_nsec = ns % NS_A_S;
  return 0;
}

int gettimeofday(struct timeval *out, void *zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

/* The event loop looks at its clocks again soon, so that a jump is noticed with nobody calling.
 * How long the loop of the main thread would have slept tells when its next timer is due. */
int epoll_pwait(int epoll, struct epoll_event *events, int most, int wait_ms, const sigset_t *mask) {
  static int (*real)(int, struct epoll_event *, int, int, const sigset_t *);
  if (!real) real = dlsym(RTLD_NEXT, "epoll_pwait");
  if (!clocks) return real(epoll, events, most, wait_ms, mask);
  int speaks = mine && syscall(SYS_gettid) == getpid();
  if (speaks) mine->due_ns = wait_ms < 0 ? INT64_MAX : shown_ns(1) + wait_ms * (int64_t)NS_A_MS;
  int found = real(epoll, events, most, wait_ms < 0 || wait_ms > LOOK_MS ? LOOK_MS : wait_ms, mask);
  if (speaks) {
    mine->idle_turns = found || !wait_ms ? 0 : mine->idle_turns + 1;
    mine->turns++;
  }
  return found;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int wait_ms) {
  return epoll_pwait(epoll, events, most, wait_ms, 0);
}

/* The disk fails where the player says so: a commit that has this text is not written (worker/conformance/watch.ts). */
static int is_refused(const void *bytes, size_t length) {
  static const char text[] = "lastchunk: the disk fails here";
  return clocks && memmem(bytes, length, text, sizeof text - 1);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  if (!is_refused(bytes, length)) return syscall(SYS_pwrite64, file, bytes, length, at);
  errno = EIO;
  return -1;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  return pwrite(file, bytes, length, at);
}

/* No trial cuts the power: what a killed process has written, the kernel has. */
int fsync(int file) {
  return clocks ? 0 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  return clocks ? 0 : (int)syscall(SYS_fdatasync, file);
}
