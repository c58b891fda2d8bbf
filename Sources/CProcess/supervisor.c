#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Between fork and exec, and in the supervisor, only async-signal-safe functions may be called: the process that forked has other
// threads, which may hold any lock.

enum { SEEN_LIMIT = 256, TICK_MS = 20 };

static void use_null(int descriptor) {
    int null = open("/dev/null", O_RDWR);
    if (null >= 0 && null != descriptor) {
        dup2(null, descriptor);
        close(null);
    }
}

static void default_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_program(
    char *const argv[], char *const envp[], const char *directory, int input, int output, int error, int failure,
    pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    default_signals();
    // They may stand in each other's way.
    int in = input < 0 ? 10 : fcntl(input, F_DUPFD_CLOEXEC, 10);
    int out = fcntl(output, F_DUPFD_CLOEXEC, 10), err = fcntl(error, F_DUPFD_CLOEXEC, 10);
    if (input < 0)
        use_null(0);
    else if (in >= 0)
        in = dup2(in, 0);
    if (in >= 0 && out >= 0 && err >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0 &&
        (!directory || chdir(directory) == 0)) {
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        execvpe(argv[0], argv, envp);
    }
    int why = errno;
    if (write(failure, &why, sizeof why) < 0) _exit(126);
    _exit(127);
}

// Calls `act` for each direct child; orphans of the tree are direct children, too.
static int for_each_child(void (*act)(pid_t, void *), void *context) {
    int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    char buffer[4096];
    int count = 0;
    pid_t pid = 0;
    ssize_t size;
    while ((size = read(file, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                pid = pid * 10 + (buffer[i] - '0');
            } else if (pid > 0) {
                act(pid, context);
                count++;
                pid = 0;
            }
        }
    }
    close(file);
    return count;
}

struct seen {
    pid_t pids[SEEN_LIMIT];
    int count;
};

// Each process is asked once: some take a second SIGTERM for impatience.
static void terminate(pid_t pid, void *context) {
    struct seen *seen = context;
    for (int i = 0; i < seen->count; i++)
        if (seen->pids[i] == pid) return;
    if (seen->count < SEEN_LIMIT) seen->pids[seen->count++] = pid;
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
}

static void kill_now(pid_t pid, void *context) {
    (void)context;
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
}

static long now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Takes in everybody who has ended; tells of the program itself. Returns whether anybody is left.
static bool reap(pid_t program, int status) {
    int how;
    pid_t ended;
    while ((ended = waitpid(-1, &how, WNOHANG)) > 0)
        if (ended == program && write(status, &how, sizeof how) < 0) continue;
    return !(ended < 0 && errno == ECHILD);
}

static void supervise(pid_t program, int status, int grace_ms) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGCHLD);
    struct seen seen = {.count = 0};
    long end = -1; // when grace is over; -1 while nobody asked for an end
    for (;;) {
        if (!reap(program, status)) _exit(0);
        struct timespec tick = {.tv_sec = 0, .tv_nsec = TICK_MS * 1000000L};
        int number = end < 0 ? sigwaitinfo(&signals, NULL) : sigtimedwait(&signals, NULL, &tick);
        if (number == SIGTERM && end < 0) {
            end = now_ms() + grace_ms;
            kill(-program, SIGTERM);
            kill(-program, SIGCONT);
            seen.pids[seen.count++] = program;
        }
        if (number == SIGUSR1) end = 0;
        if (end < 0) continue;
        if (now_ms() < end) {
            for_each_child(terminate, &seen);
        } else {
            kill(-program, SIGKILL);
            for_each_child(kill_now, NULL);
        }
    }
}

int pika_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

pid_t pika_supervise(
    char *const argv[], char *const envp[], const char *directory, int input, int output, int error, int grace_ms,
    int *status, pid_t *program) {
    int pipes[3][2], *failure = pipes[0], *ended = pipes[1], *started = pipes[2];
    for (int i = 0; i < 3; i++) {
        if (pika_pipe(pipes[i]) == 0) continue;
        int why = errno;
        while (i-- > 0) {
            close(pipes[i][0]);
            close(pipes[i][1]);
        }
        errno = why;
        return -1;
    }
    pid_t parent = getpid();
    pid_t supervisor = fork();
    if (supervisor == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(127);
        default_signals();
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        pid_t self = getpid(), child = fork();
        if (child == 0) run_program(argv, envp, directory, input, output, error, failure[1], self);
        if (write(started[1], &child, sizeof child) < 0 || child < 0) _exit(127);
        setpgid(child, child);
        // Nothing of ours stays open here but the descriptor that tells how the program ended.
        for (int i = 0; i < 3; i++) use_null(i);
        dup2(ended[1], 3);
        close_range(4, ~0U, 0);
        supervise(child, 3, grace_ms);
    }
    int why = supervisor < 0 ? errno : 0;
    close(failure[1]);
    close(ended[1]);
    close(started[1]);
    if (supervisor > 0) {
        if (read(started[0], program, sizeof *program) != sizeof *program) why = EAGAIN;
        // Empty once exec has closed it.
        int reason;
        if (read(failure[0], &reason, sizeof reason) == sizeof reason) why = reason;
    }
    close(failure[0]);
    close(started[0]);
    if (why == 0) {
        *status = ended[0];
        return supervisor;
    }
    close(ended[0]);
    if (supervisor > 0) waitpid(supervisor, NULL, 0);
    errno = why;
    return -1;
}
