#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

int clinux_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static atomic_int descriptors[NSIG];

/// Only async-signal-safe calls (signal-safety(7)); a full pipe already holds a wake-up, so a failed write loses nothing.
static void forward(int signal) {
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    ssize_t written = write(atomic_load(&descriptors[signal]), &byte, 1);
    (void)written;
    errno = saved;
}

static int set_action(int signal, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}

int clinux_signal_to_descriptor(int signal, int descriptor) {
    if (signal <= 0 || signal >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    atomic_store(&descriptors[signal], descriptor);
    return set_action(signal, forward);
}

int clinux_signal_default(int signal) { return set_action(signal, SIG_DFL); }

int clinux_signal_ignore(int signal) { return set_action(signal, SIG_IGN); }

void clinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
