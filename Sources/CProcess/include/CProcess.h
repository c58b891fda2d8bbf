// A program under a supervisor of its own: whatever it starts ends with it, also after setsid or a double fork, and also when the
// process that asked for it is killed. Swift cannot fork, so this is C.
#pragma once
#include <sys/types.h>

// Starts `argv` with `input`, `output` and `error` as its descriptors 0, 1 and 2, and nothing else open. An input below 0 is /dev/null.
//
// The calling thread must live as long as the supervisor does: its death is what tells the supervisor that we are gone.
// `grace_ms` is the time between SIGTERM and SIGKILL.
// Returns the supervisor's process id, or -1 with `errno`. `status` gets a descriptor that delivers the program's wait status as an
// int, once; `program` the program's process id.
//
// SIGTERM asks the supervisor to end everything; SIGUSR1 to do so without grace. It exits when nothing is left.
pid_t pika_supervise(
    char *const argv[], char *const envp[], const char *directory, int input, int output, int error, int grace_ms,
    int *status, pid_t *program);

// A pipe that no program started meanwhile by another thread inherits. Returns 0, or -1 with `errno`.
int pika_pipe(int ends[2]);
