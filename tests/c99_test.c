/* A C99 program that knows the public headers and nothing else of the library. It calls each function of them. */
#include <dns_cares/connect.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/evloop.h>
#include <dns_cares/nameinfo.h>
#include <dns_cares/records.h>
#include <dns_cares/service.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failures = 0;

static void check(int holds, const char *what, int line) {
  if (holds) return;
  fprintf(stderr, "c99_test.c:%d: not so: %s\n", line, what);
  ++failures;
}
#define CHECK(condition) check((condition) ? 1 : 0, #condition, __LINE__)

/* What a callback was given. */
struct seen {
  int calls;
  int status;
  int entries;
  int loopback; /* entries that are 127.0.0.1 or ::1 */
  int port;     /* of the last entry */
  struct addrinfo *kept;
};

static int is_loopback(const struct sockaddr *address) {
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

  if (address->sa_family == AF_INET6) return memcmp(&v6->sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0;
  return ((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

static int port_of(const struct sockaddr *address) {
  if (address->sa_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port);
  return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
}

static void on_result(int status, const struct addrinfo *ai, void *arg) {
  struct seen *seen = arg;

  ++seen->calls;
  seen->status = status;
  CHECK((ai != NULL) == (status == DNS_OK));
  seen->kept = dns_addrinfo_dup(ai);
  for (; ai != NULL; ai = ai->ai_next) {
    ++seen->entries;
    seen->loopback += is_loopback(ai->ai_addr);
    seen->port = port_of(ai->ai_addr);
  }
}

static void test_literal(void) {
  struct seen seen = {0};
  char text[INET_ADDRSTRLEN] = "";

  dns_resolve_async(NULL, "192.0.2.1", "8080", AF_UNSPEC, SOCK_STREAM, 0, on_result, &seen);
  CHECK(seen.calls == 0); /* never inline */
  evloop_run(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_OK);
  CHECK(seen.entries == 1);
  CHECK(seen.port == 8080);
  CHECK(seen.kept != NULL);
  if (seen.kept == NULL) return;
  CHECK(seen.kept->ai_family == AF_INET);
  CHECK(seen.kept->ai_socktype == SOCK_STREAM);
  CHECK(seen.kept->ai_next == NULL);
  inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)seen.kept->ai_addr)->sin_addr, text, sizeof text);
  CHECK(strcmp(text, "192.0.2.1") == 0);
  dns_addrinfo_free(seen.kept);
}

static void test_localhost_with_service(void) {
  struct seen seen = {0};
  struct addrinfo hints;
  struct dns_request *request;

  memset(&hints, 0, sizeof hints);
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  request = dns_resolve(evloop_get_default(), "localhost", "https", &hints, 1000, on_result, &seen);
  CHECK(request != NULL);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_OK);
  CHECK(seen.entries == 2);
  CHECK(seen.loopback == 2);
  CHECK(seen.port == 443);
  CHECK(seen.kept != NULL && seen.kept->ai_canonname != NULL && strcmp(seen.kept->ai_canonname, "localhost") == 0);
  dns_addrinfo_free(seen.kept);
}

static void test_cancel(void) {
  struct seen cancelled = {0};
  struct seen other = {0};
  struct dns_request *request = dns_resolve(NULL, "192.0.2.1", NULL, NULL, 0, on_result, &cancelled);

  CHECK(request != NULL);
  dns_resolve_async(NULL, "2001:db8::1", NULL, AF_INET6, SOCK_DGRAM, 0, on_result, &other);
  dns_cancel(request);
  dns_cancel(NULL);
  evloop_run(NULL);
  CHECK(cancelled.calls == 0);
  CHECK(other.calls == 1);
  CHECK(other.status == DNS_OK);
  dns_addrinfo_free(other.kept);
}

static void test_errors(void) {
  struct seen seen = {0};
  int status;

  dns_resolve_async(NULL, "a..b", NULL, AF_UNSPEC, 0, 0, on_result, &seen);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_EBADNAME);
  CHECK(seen.kept == NULL);

  for (status = DNS_OK; status <= DNS_ECONNECT; ++status) {
    CHECK(dns_strerror(status) != NULL && dns_strerror(status)[0] != '\0');
    CHECK(strcmp(dns_strerror(status), dns_strerror(-1)) != 0);
    CHECK((dns_status_to_eai(status) == 0) == (status == DNS_OK));
  }
  CHECK(dns_strerror(-1) != NULL);
  CHECK(dns_status_to_eai(DNS_ENOTFOUND) == EAI_NONAME);
  CHECK(dns_status_to_eai(DNS_EBADFAMILY) == EAI_FAMILY);
  CHECK(dns_status_to_eai(-1) == EAI_FAIL);
  CHECK(dns_addrinfo_dup(NULL) == NULL);
  CHECK(dns_addrinfo_take(NULL) == NULL);
  dns_addrinfo_free(NULL);
}

static void test_options(void) {
  struct dns_options options;
  struct seen seen = {0};

  dns_shutdown(NULL); /* ends the context that the tests before have made */
  dns_options_init(NULL);
  dns_options_init(&options);
  CHECK(options.size == sizeof options);
  CHECK(options.servers == NULL);
  CHECK(options.timeout_ms == 2000);
  CHECK(options.tries == 3);
  CHECK(options.deadline_ms == 10000);
  CHECK(options.cache_bytes == 4U << 20);

  options.servers = "nonsense";
  CHECK(dns_init(NULL, &options) == DNS_EBADNAME);
  options.servers = "127.0.0.1:9";
  options.hosts_file = "";
  CHECK(dns_init(NULL, &options) == DNS_OK);
  CHECK(dns_init(NULL, &options) == DNS_ESYSTEM); /* there is one */

  dns_resolve_async(NULL, "192.0.2.1", NULL, AF_UNSPEC, SOCK_STREAM, 0, on_result, &seen);
  CHECK(seen.calls == 0);
  dns_shutdown(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_ESHUTDOWN);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
}

/* A pipe that a timer writes into and a watcher reads from. */
struct line {
  int ends[2];
  struct evloop_io *io;
  struct evloop_timer *timer;
  int written;
  int read;
};

static void on_timer(void *arg) {
  struct line *line = arg;

  CHECK(write(line->ends[1], "x", 1) == 1);
  ++line->written;
  if (line->written == 1) evloop_timer_reschedule(line->timer, 0.001, 0.001);
  if (line->written == 3) {
    evloop_timer_stop(line->timer);
    line->timer = NULL;
  }
}

static void on_readable(int fd, int revents, void *arg) {
  struct line *line = arg;
  char octet;

  CHECK(fd == line->ends[0]);
  CHECK(revents == EVLOOP_READ);
  while (line->read < line->written && read(fd, &octet, 1) == 1) ++line->read;
  if (line->read == 3) evloop_break(NULL);
}

static void on_word(void *arg) {
  ++*(int *)arg;
  evloop_break(NULL);
}

static void test_async(void) {
  int words = 0;
  struct evloop_async *async = evloop_async_start(NULL, on_word, &words);

  CHECK(async != NULL);
  evloop_async_send(async);
  CHECK(words == 0);
  evloop_run(NULL); /* until evloop_break() */
  evloop_async_stop(async);
  CHECK(words == 1);
}

static void test_evloop(void) {
  struct line line = {{-1, -1}, NULL, NULL, 0, 0};

  CHECK(evloop_get_default() != NULL);
  CHECK(pipe(line.ends) == 0);
  CHECK(evloop_io_start(NULL, -1, EVLOOP_READ, on_readable, &line) == NULL);
  line.io = evloop_io_start(NULL, line.ends[0], 0, on_readable, &line);
  CHECK(line.io != NULL);
  evloop_io_update(line.io, EVLOOP_READ);
  evloop_io_update(NULL, EVLOOP_WRITE);
  line.timer = evloop_timer_start(NULL, 0.001, 0, on_timer, &line);
  CHECK(line.timer != NULL);
  evloop_run(NULL); /* until evloop_break(), for the watcher is there still */
  CHECK(line.written == 3);
  CHECK(line.read == 3);
  CHECK(line.timer == NULL);
  evloop_io_stop(line.io);
  evloop_io_stop(NULL);
  evloop_timer_reschedule(NULL, 1, 1);
  evloop_timer_stop(NULL);
  evloop_run(NULL); /* returns, for nothing is left */
  close(line.ends[0]);
  close(line.ends[1]);
}

/* What a query's callback was given. */
struct answered {
  int calls;
  int status;
  struct dns_a a;
  struct dns_answer *kept;
};

static void on_answer(int status, const struct dns_answer *answer, void *arg) {
  struct answered *answered = arg;

  ++answered->calls;
  answered->status = status;
  if (answer == NULL) return;
  if (answer->answers != NULL) CHECK(dns_record_a(answer->answers, &answered->a) == DNS_OK);
  answered->kept = dns_answer_dup(answer);
}

static void test_records(void) {
  struct answered answered = {0};
  struct dns_mx mx;
  char text[64] = "";

  CHECK(dns_type_from_name("MX") == DNS_TYPE_MX);
  CHECK(dns_type_name(DNS_TYPE_HTTPS, text, sizeof text) == 5);
  CHECK(strcmp(text, "HTTPS") == 0);
  CHECK(dns_query(NULL, "localhost", DNS_TYPE_A, 0, 0, on_answer, &answered) != NULL);
  CHECK(answered.calls == 0);
  evloop_run(NULL);
  CHECK(answered.calls == 1);
  CHECK(answered.status == DNS_OK);
  CHECK(answered.a.address.s_addr == htonl(INADDR_LOOPBACK));
  CHECK(answered.kept != NULL);
  CHECK(dns_record_mx(answered.kept->answers, &mx) == DNS_ENODATA);
  CHECK(dns_record_print(answered.kept->answers, text, sizeof text) == 27);
  CHECK(strcmp(text, "localhost.\t0\tIN\tA\t127.0.0.1") == 0);
  CHECK(dns_record_print_data(answered.kept->answers, text, sizeof text) == 9);
  dns_answer_free(answered.kept);
}

static void on_connected(int status, int fd, const struct dns_connect_attempt *attempts, void *arg) {
  struct seen *seen = arg;

  ++seen->calls;
  seen->status = status;
  CHECK(fd == -1);
  for (; attempts != NULL; attempts = attempts->next) {
    ++seen->entries;
    CHECK(attempts->error != 0);
    CHECK(attempts->started <= attempts->ended);
    seen->loopback += is_loopback(attempts->address);
  }
}

static int on_socket(int fd, const struct sockaddr *address, socklen_t address_length, void *arg) {
  (void)arg;
  CHECK(fd >= 0);
  CHECK(is_loopback(address));
  CHECK(address_length > 0);
  return 99;
}

static void test_connect(void) {
  struct seen seen = {0};
  struct dns_connect_options options;
  struct dns_connecting *connecting;

  dns_connect_options_init(&options);
  CHECK(options.size == sizeof options);
  options.on_socket = on_socket;
  connecting = dns_connect(NULL, "localhost", "1", &options, on_connected, &seen);
  CHECK(connecting != NULL);
  CHECK(seen.calls == 0);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_ECONNECT);
  CHECK(seen.entries == 2);
  CHECK(seen.loopback == 2);
  connecting = dns_connect(NULL, "localhost", "1", NULL, on_connected, &seen);
  dns_connect_cancel(connecting);
  dns_connect_cancel(NULL);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
}

static void on_names(int status, const char *host, const char *service, void *arg) {
  struct seen *seen = arg;

  ++seen->calls;
  seen->status = status;
  seen->loopback = host != NULL && strcmp(host, "127.0.0.1") == 0;
  seen->port = service != NULL && strcmp(service, "8080") == 0 ? 8080 : 0;
}

static void test_nameinfo(void) {
  struct seen seen = {0};
  struct sockaddr_in address;
  const struct sockaddr *plain = (const struct sockaddr *)(const void *)&address;
  const int flags = NI_NUMERICHOST | NI_NUMERICSERV | DNS_NI_NUMERICSCOPE;

  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(8080);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(dns_getnameinfo(NULL, plain, sizeof address, flags, 0, on_names, &seen) != NULL);
  CHECK(seen.calls == 0);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_OK);
  CHECK(seen.loopback);
  CHECK(seen.port == 8080);
  dns_getnameinfo_cancel(dns_getnameinfo(NULL, plain, sizeof address, flags, 0, on_names, &seen));
  dns_getnameinfo_cancel(NULL);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
}

static void on_endpoints(int status, const struct dns_endpoint *endpoints, void *arg) {
  struct seen *seen = arg;

  ++seen->calls;
  seen->status = status;
  for (; endpoints != NULL; endpoints = endpoints->next) ++seen->entries;
}

static void test_service(void) {
  struct seen seen = {0};

  CHECK(dns_resolve_service(NULL, "a..b", DNS_TYPE_SRV, 0, NULL, 0, on_endpoints, &seen) != NULL);
  CHECK(seen.calls == 0);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
  CHECK(seen.status == DNS_EBADNAME);
  CHECK(seen.entries == 0);
  dns_resolve_service_cancel(dns_resolve_service(NULL, "a..b", DNS_TYPE_SRV, 0, NULL, 0, on_endpoints, &seen));
  dns_resolve_service_cancel(NULL);
  evloop_run(NULL);
  CHECK(seen.calls == 1);
}

int main(void) {
  alarm(60); /* rather than hang */
  test_literal();
  test_localhost_with_service();
  test_cancel();
  test_errors();
  test_options();
  test_connect();
  test_nameinfo();
  test_service();
  test_evloop();
  test_records();
  test_async();
  dns_shutdown(NULL);
  if (failures != 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures == 0 ? 0 : 1;
}
