// Loads a streaming endpoint over loopback from one epoll thread and prints one line of JSON with what it saw.
//
// load PORT PATH BODIES TOKENS closed CLIENTS COUNT [KEY]   CLIENTS ask one after another until COUNT answers have come; their first
//                                                           requests are spread over a second, or all would ask at once for ever
// load PORT PATH BODIES TOKENS open RATE SECONDS [KEY]      RATE requests a second whatever happens; times count from the planned start
//
// BODIES is a file with one JSON body a line, taken in turn. An answer is right when it has status 200, TOKENS bytes '~' and a proper
// end of its chunked body. Times are in milliseconds; `ttft` is the time to the first '~'.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 8192, BODIES_MAX = 10000, PIECE = 65536 };
static const double TIMEOUT_SECONDS = 30, RAMP_SECONDS = 1;

enum Phase { IDLE, HEAD, SIZE, DATA, DATA_END, TRAILER };
typedef struct {
    int fd; enum Phase phase;
    char head[4096]; size_t head_count, size, line_count;
    int status, tokens, has_length;
    double start, first, last_token, gap_max;
} Connection;

static Connection connections[CONNECTIONS_MAX];
static int idle[CONNECTIONS_MAX], idle_count, open_count, poller, port, tokens_wanted, active;
static char *bodies[BODIES_MAX]; static int body_count;
static const char *path, *key;
static double *ttfts, *totals; static long done, errors, started, samples_max;
static char error_text[256];

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static void fail(Connection *c, const char *why) {
    errors++; if (!error_text[0]) snprintf(error_text, sizeof error_text, "%s", why);
    if (c->fd >= 0) { close(c->fd); c->fd = -1; open_count--; }
    c->phase = IDLE; active--;
}

static Connection *connect_new(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || fd >= CONNECTIONS_MAX || connect(fd, (void *)&address, sizeof address)) { if (fd >= 0) close(fd); return 0; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    connections[fd].fd = fd; open_count++;
    return &connections[fd];
}

static void ask(double planned) {
    Connection *c = 0;
    while (idle_count && !c) { c = &connections[idle[--idle_count]]; if (c->fd < 0) c = 0; }
    active++; started++;
    if (!c && !(c = connect_new())) { Connection none = {.fd = -1}; fail(&none, "cannot connect"); return; }
    const char *body = bodies[started % body_count];
    static char request[1 << 20];
    int count = snprintf(request, sizeof request,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n%s%s%sContent-Length: %zu\r\n\r\n%s", path, port,
        key ? "Authorization: Bearer " : "", key ? key : "", key ? "\r\n" : "", strlen(body), body);
    c->phase = HEAD; c->head_count = 0; c->tokens = 0; c->first = 0; c->start = planned; c->has_length = 0;
    if (send(c->fd, request, count, MSG_NOSIGNAL) != count) fail(c, "cannot send");
}

static void finish(Connection *c) {
    if (c->status != 200 || c->tokens != tokens_wanted) {
        char why[128]; snprintf(why, sizeof why, "status %d with %d tokens", c->status, c->tokens);
        fail(c, why); return;
    }
    double time = now();
    if (done < samples_max) { ttfts[done] = (c->first - c->start) * 1e3; totals[done] = (time - c->start) * 1e3; }
    done++; active--; c->phase = IDLE; idle[idle_count++] = c->fd;
}

static void count_tokens(Connection *c, const char *bytes, size_t count) {
    for (const char *at = bytes; (at = memchr(at, '~', bytes + count - at)); at++) { if (!c->tokens++) c->first = now(); }
}

// Feeds what was received; 0 when the connection has failed.
static int feed(Connection *c, const char *bytes, size_t count) {
    while (count && c->phase != IDLE) {
        switch (c->phase) {
        case HEAD: {
            c->head[c->head_count++] = *bytes++; count--;
            if (c->head_count >= 4 && !memcmp(c->head + c->head_count - 4, "\r\n\r\n", 4)) {
                c->head[c->head_count] = 0;
                c->status = atoi(c->head + 9);
                if (!strcasestr(c->head, "transfer-encoding: chunked")) {
                    char why[200]; snprintf(why, sizeof why, "status %d without chunks", c->status);
                    fail(c, why); return 0;
                }
                c->phase = SIZE; c->size = 0; c->line_count = 0;
            } else if (c->head_count == sizeof c->head - 1) { fail(c, "head too long"); return 0; }
            break; }
        case SIZE: {
            char b = *bytes++; count--;
            if (b == '\n') { c->phase = c->size ? DATA : TRAILER; c->line_count = 0; }
            else if (b != '\r') c->size = c->size * 16 + (b <= '9' ? b - '0' : (b | 32) - 'a' + 10);
            break; }
        case DATA: {
            size_t part = count < c->size ? count : c->size;
            count_tokens(c, bytes, part);
            bytes += part; count -= part; c->size -= part;
            if (!c->size) { c->phase = DATA_END; c->line_count = 0; }
            break; }
        case DATA_END:
            bytes++; count--;
            if (++c->line_count == 2) { c->phase = SIZE; c->size = 0; }
            break;
        case TRAILER:
            bytes++; count--;
            if (++c->line_count == 2) finish(c);
            break;
        case IDLE: break;
        }
    }
    return c->phase == IDLE ? c->fd >= 0 : 1;
}

static int by_value(const void *a, const void *b) { double d = *(double *)a - *(double *)b; return (d > 0) - (d < 0); }
static double at(double *values, long count, double part) { return count ? values[(long)(part * (count - 1))] : -1; }

int main(int argc, char **argv) {
    if (argc < 8) { fprintf(stderr, "usage: see the top of load.c\n"); return 2; }
    signal(SIGPIPE, SIG_IGN);
    port = atoi(argv[1]); path = argv[2]; tokens_wanted = atoi(argv[4]); key = argc > 8 ? argv[8] : 0;
    int is_open = !strcmp(argv[5], "open");
    double rate = atof(argv[6]), seconds = is_open ? atof(argv[7]) : 0;
    int clients = is_open ? 0 : atoi(argv[6]); long wanted = is_open ? (long)(rate * seconds) : atol(argv[7]);
    FILE *file = fopen(argv[3], "r"); char *line = 0; size_t room = 0; ssize_t got;
    if (!file) { perror(argv[3]); return 2; }
    while (body_count < BODIES_MAX && (got = getline(&line, &room, file)) > 0) {
        if (line[got - 1] == '\n') line[got - 1] = 0;
        bodies[body_count++] = strdup(line);
    }
    if (!body_count) { fprintf(stderr, "no bodies\n"); return 2; }
    samples_max = wanted; ttfts = calloc(wanted + 1, 8); totals = calloc(wanted + 1, 8);
    for (int i = 0; i < CONNECTIONS_MAX; i++) connections[i].fd = -1;
    poller = epoll_create1(EPOLL_CLOEXEC);
    double begin = now(), last_progress = begin;
    struct epoll_event events[256]; static char piece[PIECE];
    for (;;) {
        double time = now();
        if (is_open) while (started < wanted && begin + started / rate <= time) ask(begin + started / rate);
        else while (active < clients && started < wanted && (started >= clients || begin + started * RAMP_SECONDS / clients <= time)) ask(now());
        if (started >= wanted && !active) break;
        if (time - last_progress > TIMEOUT_SECONDS) { errors += active; snprintf(error_text, sizeof error_text, "no progress"); break; }
        double wait = is_open && started < wanted ? (begin + started / rate - time) * 1e3
            : !is_open && started < clients ? (begin + started * RAMP_SECONDS / clients - time) * 1e3 : 1000;
        struct timespec limit = {.tv_sec = (long)(wait / 1e3), .tv_nsec = (long)((wait < 0 ? 0 : wait) * 1e6) % 1000000000};
        int ready = epoll_pwait2(poller, events, 256, &limit, 0);
        if (ready > 0) last_progress = now();
        for (int i = 0; i < ready; i++) {
            Connection *c = &connections[events[i].data.fd];
            if (c->fd < 0) continue;
            ssize_t count = recv(c->fd, piece, PIECE, MSG_DONTWAIT);
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (count <= 0) { if (c->phase == IDLE) { close(c->fd); c->fd = -1; open_count--; } else fail(c, "closed early"); continue; }
            feed(c, piece, count);
        }
    }
    double elapsed = now() - begin; long count = done < samples_max ? done : samples_max;
    qsort(ttfts, count, 8, by_value); qsort(totals, count, 8, by_value);
    printf("{\"answers\": %ld, \"errors\": %ld, \"seconds\": %.3f, \"rate\": %.1f, \"connections\": %d, "
           "\"ttft\": {\"p50\": %.3f, \"p95\": %.3f, \"p99\": %.3f}, \"total\": {\"p50\": %.3f, \"p95\": %.3f, \"p99\": %.3f}, \"error\": \"%s\"}\n",
        done, errors, elapsed, done / elapsed, open_count, at(ttfts, count, .5), at(ttfts, count, .95), at(ttfts, count, .99),
        at(totals, count, .5), at(totals, count, .95), at(totals, count, .99), error_text);
    return 0;
}
