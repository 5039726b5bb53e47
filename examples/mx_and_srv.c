/* Who takes a domain's mail, and where a service of it is offered: the MX records of the domain, and the hosts, ports
 * and addresses of a service by its SRV records, in the order in which to try them. Both questions are asked at once.
 *
 * usage: mx_and_srv SERVER DOMAIN SERVICE, as in: mx_and_srv 192.0.2.53 example.com _submission._tcp */
#include <stdio.h>

#include <dns_cares/evloop.h>
#include <dns_cares/records.h>
#include <dns_cares/service.h>

static int failed;

static int is_error(const char *what, int status) {
  if (status == DNS_OK) return 0;
  fprintf(stderr, "%s: %s\n", what, dns_strerror(status));
  return failed = 1;
}

static void on_mail(int status, const struct dns_answer *answer, void *arg) {
  const struct dns_record *record;
  struct dns_mx mx;

  if (is_error(arg, status)) return;
  for (record = answer->answers; record != NULL; record = record->next) {
    /* A CNAME record, say, is not one of the type asked for, but may have led there. */
    if (dns_record_mx(record, &mx) == DNS_OK) printf("mail: %u %s\n", (unsigned)mx.preference, mx.exchange);
  }
}

static void on_service(int status, const struct dns_endpoint *endpoint, void *arg) {
  const struct addrinfo *ai;
  char address[64];

  if (is_error(arg, status)) return;
  for (; endpoint != NULL; endpoint = endpoint->next) {
    printf("%s port %u:", endpoint->host, (unsigned)endpoint->port);
    for (ai = endpoint->addresses; ai != NULL; ai = ai->ai_next) {
      if (getnameinfo(ai->ai_addr, ai->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) != 0) continue;
      printf(" %s", address);
    }
    puts(endpoint->addresses == NULL ? " no address" : "");
  }
}

int main(int argc, char **argv) {
  struct dns_options options;
  char name[512];

  if (argc != 4) return fprintf(stderr, "usage: mx_and_srv SERVER DOMAIN SERVICE\n"), 2;
  dns_options_init(&options);
  options.servers = argv[1];
  if (is_error(argv[1], dns_init(NULL, &options))) return 2;

  snprintf(name, sizeof name, "%s.%s", argv[3], argv[2]);
  if (dns_query(NULL, argv[2], DNS_TYPE_MX, 0, 0, on_mail, argv[2]) == NULL) return 2;
  if (dns_resolve_service(NULL, name, DNS_TYPE_SRV, 0, NULL, 0, on_service, name) == NULL) return 2;
  evloop_run(NULL);
  dns_shutdown(NULL);
  return failed;
}
