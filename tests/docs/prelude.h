/* What the pieces of programs in the documentation take for granted: the headers, and a program around them. */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dns_cares/connect.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/evloop.h>
#include <dns_cares/inspect.h>
#include <dns_cares/nameinfo.h>
#include <dns_cares/records.h>
#include <dns_cares/service.h>

#ifdef __cplusplus
#include <dns_cares/testkit.h>

#include <dns_cares/connect.hpp>
#include <dns_cares/records.hpp>
using namespace std::chrono_literals;
extern dns_cares::Resolver resolver;
extern "C" {
#endif

extern struct ev_loop *loop;
extern int fd;
extern void *arg;
struct program;
extern struct program *program;
void connect_to(const struct addrinfo *ai);
void fail(const char *why);
void on_result(int status, const struct addrinfo *ai, void *arg);

#ifdef __cplusplus
}
#endif
