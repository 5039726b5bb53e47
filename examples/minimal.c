/* The smallest complete program: looks one name up and prints its addresses. */
#include <arpa/inet.h>
#include <stdio.h>

#include <dns_cares/dns_cares.h>
#include <dns_cares/evloop.h>

static int failed;

static void on_result(int status, const struct addrinfo *ai, void *arg) {
  const char *name = arg;
  char text[INET6_ADDRSTRLEN];

  failed = status != DNS_OK;
  if (failed) fprintf(stderr, "%s: %s\n", name, dns_strerror(status));
  for (; ai != NULL; ai = ai->ai_next) {
    const void *address = ai->ai_family == AF_INET ? (const void *)&((const struct sockaddr_in *)ai->ai_addr)->sin_addr
                                                   : &((const struct sockaddr_in6 *)ai->ai_addr)->sin6_addr;
    printf("%s\n", inet_ntop(ai->ai_family, address, text, sizeof text));
  }
}

int main(int argc, char **argv) {
  char *name = argc > 1 ? argv[1] : "localhost";

  dns_resolve_async(NULL, name, "https", AF_UNSPEC, SOCK_STREAM, 0, on_result, name);
  evloop_run(NULL);
  return failed;
}
