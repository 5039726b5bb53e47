/* Gets a page by HTTP/1.0: connects to a host by its name, sends the request, prints what comes. Nothing of it blocks
 * the loop, so that one program may do this for any number of hosts at once.
 *
 * usage: connect HOST [SERVICE [PATH]] */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <dns_cares/connect.h>
#include <dns_cares/evloop.h>

struct fetch {
  char request[1024];
  size_t sent, length;
  struct evloop_io *io;
  int failed;
};

static void end(struct fetch *fetch, int fd, const char *error) {
  if (error != NULL) fprintf(stderr, "%s\n", error);
  fetch->failed = error != NULL;
  evloop_io_stop(fetch->io);
  close(fd);
}

static void on_ready(int fd, int revents, void *arg) {
  struct fetch *fetch = arg;
  char text[4096];
  ssize_t count;

  if (revents & EVLOOP_WRITE) {
    count = write(fd, fetch->request + fetch->sent, fetch->length - fetch->sent);
    if (count > 0) fetch->sent += (size_t)count;
    if (fetch->sent == fetch->length) evloop_io_update(fetch->io, EVLOOP_READ);
  } else {
    count = read(fd, text, sizeof text);
    if (count > 0) fwrite(text, 1, (size_t)count, stdout);
    if (count == 0) end(fetch, fd, NULL);
  }
  if (count < 0 && errno != EAGAIN && errno != EINTR) end(fetch, fd, strerror(errno));
}

static void on_connected(int status, int fd, const struct dns_connect_attempt *attempts, void *arg) {
  struct fetch *fetch = arg;

  if (status == DNS_OK) {
    fetch->io = evloop_io_start(NULL, fd, EVLOOP_WRITE, on_ready, fetch);
    if (fetch->io == NULL) end(fetch, fd, "no memory");
    return;
  }
  fprintf(stderr, "%s\n", dns_strerror(status));
  for (; attempts != NULL; attempts = attempts->next) {
    fprintf(stderr, "IPv%c: %s after %.3f s\n", attempts->address->sa_family == AF_INET6 ? '6' : '4',
            strerror(attempts->error), attempts->ended - attempts->started);
  }
  fetch->failed = 1;
}

int main(int argc, char **argv) {
  const char *host = argc > 1 ? argv[1] : "localhost";
  const char *service = argc > 2 ? argv[2] : "http";
  const char *path = argc > 3 ? argv[3] : "/";
  struct fetch fetch = {{0}, 0, 0, NULL, 0};
  int length =
      snprintf(fetch.request, sizeof fetch.request, "GET %s HTTP/1.0\r\nHost: %s:%s\r\n\r\n", path, host, service);

  if (length < 0 || (size_t)length >= sizeof fetch.request) return 2;
  fetch.length = (size_t)length;
  if (dns_connect(NULL, host, service, NULL, on_connected, &fetch) == NULL) return 2;
  evloop_run(NULL);
  return fetch.failed;
}
