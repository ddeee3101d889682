// A Bedrock stand-in for benchmarks: ConverseStream in one epoll thread, light enough never to be the bottleneck.
// It checks nothing of the request. The model id says what it plays: `standin.t40.p20.d5` answers with 40 tokens, one each 20 ms,
// the first after 5 ms. `p0` writes everything at once. Usage: standin [PORT]; prints the port it listens on.
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
#include <zlib.h>

enum { CONNECTIONS_MAX = 8192, HEAD_MAX = 1 << 16, FRAME_MAX = 512, TOKENS_MAX = 10000 };

typedef struct { unsigned char bytes[FRAME_MAX]; size_t count; } Frame;
static Frame frame_start, frame_delta, frame_stop, frame_message_stop, frame_metadata;

typedef struct {
    int fd;
    char *in; size_t in_count;
    unsigned char *out; size_t out_count, out_sent, out_room;
    int tokens_left, pace_ms, started, is_streaming;
    double due;         // seconds; when the next token is sent
    int heap_index;     // -1 when not waiting
} Connection;

static Connection connections[CONNECTIONS_MAX];
static Connection *heap[CONNECTIONS_MAX];
static int heap_count, poller;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static void big_endian(unsigned char *at, unsigned value) { for (int i = 0; i < 4; i++) at[i] = value >> (24 - 8 * i); }

static Frame encode_frame(const char *type, const char *payload) {
    unsigned char m[FRAME_MAX]; size_t n = 12;
    const char *headers[3][2] = {{":event-type", type}, {":content-type", "application/json"}, {":message-type", "event"}};
    for (int i = 0; i < 3; i++) {
        size_t name = strlen(headers[i][0]), value = strlen(headers[i][1]);
        m[n++] = name; memcpy(m + n, headers[i][0], name); n += name;
        m[n++] = 7; m[n++] = value >> 8; m[n++] = value & 255; memcpy(m + n, headers[i][1], value); n += value;
    }
    size_t header_bytes = n - 12;
    memcpy(m + n, payload, strlen(payload)); n += strlen(payload);
    big_endian(m, n + 4); big_endian(m + 4, header_bytes); big_endian(m + 8, crc32(0, m, 8));
    big_endian(m + n, crc32(0, m, n)); n += 4;
    Frame frame;
    frame.count = sprintf((char *)frame.bytes, "%zx\r\n", n);
    memcpy(frame.bytes + frame.count, m, n); frame.count += n;
    memcpy(frame.bytes + frame.count, "\r\n", 2); frame.count += 2;
    return frame;
}

static int tildes(const unsigned char *bytes, size_t count) {
    int found = 0;
    while (count) found += bytes[--count] == '~';
    return found;
}

// One event-stream message inside one HTTP chunk, as Bedrock sends it. `form` holds one %s for the padding `p`, which Bedrock adds
// and which is lengthened here until no checksum holds the '~' that the load generator counts.
static Frame make_frame(const char *type, const char *form) {
    char payload[FRAME_MAX / 2]; const char *padding = "abcdefghijklmnopqrstuvwxyz";
    for (size_t length = 26; length > 0; length--) {
        snprintf(payload, sizeof payload, form, padding + length);
        Frame frame = encode_frame(type, payload);
        if (tildes(frame.bytes, frame.count) == tildes((unsigned char *)payload, strlen(payload))) return frame;
    }
    abort();
}

static void put(Connection *c, const void *bytes, size_t count) {
    if (c->out_count + count > c->out_room) {
        c->out_room = (c->out_count + count) * 2;
        if (!(c->out = realloc(c->out, c->out_room))) abort();
    }
    memcpy(c->out + c->out_count, bytes, count); c->out_count += count;
}
static void put_frame(Connection *c, const Frame *f) { put(c, f->bytes, f->count); }

// Binary heap of waiting connections by `due`.
static void place(int i, Connection *c) { heap[i] = c; c->heap_index = i; }
static void sift_up(int i) {
    Connection *c = heap[i];
    for (; i > 0 && heap[(i - 1) / 2]->due > c->due; i = (i - 1) / 2) place(i, heap[(i - 1) / 2]);
    place(i, c);
}
static void sift_down(int i) {
    Connection *c = heap[i];
    for (int child; (child = 2 * i + 1) < heap_count; i = child) {
        if (child + 1 < heap_count && heap[child + 1]->due < heap[child]->due) child++;
        if (heap[child]->due >= c->due) break;
        place(i, heap[child]);
    }
    place(i, c);
}
static void wait_until(Connection *c, double due) { c->due = due; place(heap_count, c); sift_up(heap_count++); }
static void stop_waiting(Connection *c) {
    int i = c->heap_index;
    if (i < 0) return;
    c->heap_index = -1;
    Connection *last = heap[--heap_count];
    if (last == c) return;
    place(i, last); sift_up(i); sift_down(last->heap_index);
}

static void end(Connection *c) {
    stop_waiting(c); close(c->fd); free(c->in); free(c->out);
    memset(c, 0, sizeof *c); c->fd = -1; c->heap_index = -1;
}

// 0 when the connection has ended.
static int flush(Connection *c) {
    while (c->out_sent < c->out_count) {
        ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_count - c->out_sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = c->fd};
            epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
            return 1;
        }
        if (sent < 0) { end(c); return 0; }
        c->out_sent += sent;
    }
    c->out_sent = c->out_count = 0;
    return 1;
}

static void finish(Connection *c) {
    put_frame(c, &frame_stop); put_frame(c, &frame_message_stop); put_frame(c, &frame_metadata); put(c, "0\r\n\r\n", 5);
    c->is_streaming = 0;
}

static void step(Connection *c) {
    if (!c->started) { put_frame(c, &frame_start); c->started = 1; }
    do { put_frame(c, &frame_delta); c->tokens_left--; } while (c->pace_ms == 0 && c->tokens_left > 0);
    if (c->tokens_left == 0) finish(c); else wait_until(c, c->due + c->pace_ms / 1e3);
    flush(c);
}

static int number_after(const char *text, const char *name, int fallback) {
    const char *at = strstr(text, name);
    return at ? atoi(at + strlen(name)) : fallback;
}

static void answer(Connection *c, const char *line) {
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nx-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    if (!strstr(line, "/converse-stream")) { put(c, none, sizeof none - 1); flush(c); return; }
    c->tokens_left = number_after(line, ".t", 40);
    if (c->tokens_left < 1 || c->tokens_left > TOKENS_MAX) c->tokens_left = 40;
    c->pace_ms = number_after(line, ".p", 0);
    c->started = 0; c->is_streaming = 1; c->due = now() + number_after(line, ".d", 0) / 1e3;
    put(c, head, sizeof head - 1);
    if (number_after(line, ".d", 0) > 0) { double due = c->due; if (flush(c)) wait_until(c, due); } else step(c);
}

static void read_requests(Connection *c) {
    ssize_t got;
    while ((got = recv(c->fd, c->in + c->in_count, HEAD_MAX - c->in_count - 1, 0)) > 0) {
        c->in_count += got; c->in[c->in_count] = 0;
        char *body = strstr(c->in, "\r\n\r\n");
        if (!body) { if (c->in_count == HEAD_MAX - 1) { end(c); return; } continue; }
        body += 4;
        const char *length = strcasestr(c->in, "\r\ncontent-length:");
        size_t wanted = (body - c->in) + (length && length < body ? strtoul(length + 17, 0, 10) : 0);
        if (wanted >= HEAD_MAX) { end(c); return; }
        if (c->in_count < wanted) continue;
        *strstr(c->in, "\r\n") = 0;
        char line[1024]; snprintf(line, sizeof line, "%s", c->in);
        memmove(c->in, c->in + wanted, c->in_count - wanted); c->in_count -= wanted;
        int fd = c->fd;
        answer(c, line);
        if (connections[fd].fd < 0) return;
    }
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) end(c);
}

static void accept_all(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= CONNECTIONS_MAX) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        Connection *c = &connections[fd];
        memset(c, 0, sizeof *c); c->fd = fd; c->heap_index = -1;
        if (!(c->in = malloc(HEAD_MAX))) abort();
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    frame_start = make_frame("messageStart", "{\"p\":\"%s\",\"role\":\"assistant\"}");
    frame_delta = make_frame("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"word~ \"},\"p\":\"%s\"}");
    frame_stop = make_frame("contentBlockStop", "{\"contentBlockIndex\":0,\"p\":\"%s\"}");
    frame_message_stop = make_frame("messageStop", "{\"p\":\"%s\",\"stopReason\":\"end_turn\"}");
    frame_metadata = make_frame("metadata",
        "{\"metrics\":{\"latencyMs\":9},\"p\":\"%s\",\"usage\":{\"inputTokens\":9,\"outputTokens\":40,\"totalTokens\":49}}");
    for (int i = 0; i < CONNECTIONS_MAX; i++) { connections[i].fd = -1; connections[i].heap_index = -1; }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(listener, (void *)&address, length) || listen(listener, 4096) || getsockname(listener, (void *)&address, &length)) {
        perror("standin"); return 1;
    }
    printf("%d\n", ntohs(address.sin_port)); fflush(stdout);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        double wait = heap_count ? (heap[0]->due - now()) * 1e3 : -1;
        int ready = epoll_wait(poller, events, 256, heap_count ? (wait <= 0 ? 0 : (int)wait + 1) : -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) { accept_all(listener); continue; }
            Connection *c = &connections[fd];
            if (c->fd < 0) continue;
            if ((events[i].events & EPOLLOUT) && flush(c) && c->out_count == 0) {
                struct epoll_event quiet = {.events = EPOLLIN, .data.fd = fd};
                epoll_ctl(poller, EPOLL_CTL_MOD, fd, &quiet);
            }
            if (c->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) read_requests(c);
        }
        double time = now();
        while (heap_count && heap[0]->due <= time) { Connection *c = heap[0]; stop_waiting(c); step(c); }
    }
}
