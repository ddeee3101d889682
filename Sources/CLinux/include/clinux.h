/// The few Linux calls that Swift's Glibc module does not import as they are. No logic.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/// accept4(2), which glibc declares only under _GNU_SOURCE. Sets SOCK_CLOEXEC and SOCK_NONBLOCK.
int clinux_accept(int listener, struct sockaddr *address, socklen_t *length);

/// From now on `signal` writes its number as one byte to `descriptor` (non-blocking) and does nothing else. Returns 0, or -1 with errno.
int clinux_signal_to_descriptor(int signal, int descriptor);

/// Gives `signal` its default action back.
int clinux_signal_default(int signal);

/// Ignores `signal` in this process.
int clinux_signal_ignore(int signal);

/// Names the calling thread, in at most 15 bytes, for debuggers and /proc.
void clinux_name_thread(const char *name);
