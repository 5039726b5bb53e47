/* Two threads with a loop each. They share nothing: each loop has its own cache, sockets and servers, so there is no
 * lock to wait for, and the only rule is that a loop's lookups are started on the thread that runs it. */
#include <arpa/inet.h>
#include <ev.h>
#include <pthread.h>
#include <stdio.h>

#include <dns_cares/dns_cares.h>

struct share {
  char **names;
  int count;
  int failed;
};

static void on_result(int status, const struct addrinfo *ai, void *arg) {
  struct share *share = arg;
  char text[INET6_ADDRSTRLEN];

  if (status != DNS_OK) {
    fprintf(stderr, "%s\n", dns_strerror(status));
    share->failed = 1;
    return;
  }
  printf("%s\n", inet_ntop(ai->ai_family,
                           ai->ai_family == AF_INET ? (const void *)&((const struct sockaddr_in *)ai->ai_addr)->sin_addr
                                                    : &((const struct sockaddr_in6 *)ai->ai_addr)->sin6_addr,
                           text, sizeof text));
}

static void *resolve_all(void *arg) {
  struct share *share = arg;
  struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
  int i;

  for (i = 0; i < share->count; ++i) {
    dns_resolve_async(loop, share->names[i], NULL, AF_UNSPEC, SOCK_STREAM, 0, on_result, share);
  }
  ev_run(loop, 0);
  ev_loop_destroy(loop); /* Ends what dns_cares has for this loop, too. */
  return NULL;
}

int main(int argc, char **argv) {
  const int half = (argc - 1) / 2;
  struct share first = {argv + 1, half, 0};
  struct share second = {argv + 1 + half, argc - 1 - half, 0};
  pthread_t thread;

  if (pthread_create(&thread, NULL, resolve_all, &first) != 0) return 2;
  resolve_all(&second);
  pthread_join(thread, NULL);
  return first.failed || second.failed;
}
