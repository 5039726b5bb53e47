/* In a program that has a libev loop and I/O of its own: reads names from the standard input as they come, looks each
 * one up beside whatever else the loop does, and prints what was found. Lookups are started from the program's own
 * callbacks, their callbacks use its data, and the loop ends by itself once nothing is left to do.
 *
 * usage: in_a_program SERVER <NAMES, as in: in_a_program 127.0.0.1:5353 */
#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <dns_cares/dns_cares.h>

struct program {
  ev_io input;
  ev_timer report;
  char line[256]; /* what has come of a line */
  size_t length;
  int waiting; /* for so many lookups */
  int failed;
};

static void end_if_done(struct ev_loop *loop, struct program *program) {
  if (!ev_is_active(&program->input) && program->waiting == 0) ev_timer_stop(loop, &program->report);
}

static void on_result(int status, const struct addrinfo *ai, void *arg) {
  struct program *program = arg;
  char address[64];

  if (status != DNS_OK) fprintf(stderr, "%s\n", dns_strerror(status));
  if (status != DNS_OK) program->failed = 1;
  for (; ai != NULL; ai = ai->ai_next) {
    if (getnameinfo(ai->ai_addr, ai->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) == 0) puts(address);
  }
  --program->waiting;
  end_if_done(ev_default_loop(0), program);
}

static void look_up(struct ev_loop *loop, struct program *program) {
  program->line[program->length] = '\0';
  program->length = 0;
  ++program->waiting;
  dns_resolve_async(loop, program->line, NULL, AF_UNSPEC, SOCK_STREAM, 0, on_result, program); /* It copies the name. */
}

static void on_input(struct ev_loop *loop, ev_io *input, int revents) {
  struct program *program = input->data;
  char text[4096];
  const ssize_t count = read(input->fd, text, sizeof text);
  ssize_t i;

  (void)revents;
  for (i = 0; i < count; ++i) {
    if (text[i] == '\n')
      look_up(loop, program);
    else if (program->length < sizeof program->line - 1)
      program->line[program->length++] = text[i];
  }
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
  if (program->length > 0) look_up(loop, program); /* the last line, without an end */
  ev_io_stop(loop, input);
  end_if_done(loop, program);
}

/* Goes off on time, for no lookup holds up the loop. */
static void on_report(struct ev_loop *loop, ev_timer *report, int revents) {
  const struct program *program = report->data;

  (void)loop, (void)revents;
  fprintf(stderr, "waiting for %d\n", program->waiting);
}

int main(int argc, char **argv) {
  struct ev_loop *loop = ev_default_loop(0);
  struct program program = {.length = 0};
  struct dns_options options;

  dns_options_init(&options);
  options.servers = argc > 1 ? argv[1] : NULL;
  if (dns_init(loop, &options) != DNS_OK) return 2; /* Without options of one's own there is no need for this. */

  ev_io_init(&program.input, on_input, STDIN_FILENO, EV_READ);
  ev_timer_init(&program.report, on_report, 1., 1.);
  program.input.data = program.report.data = &program;
  ev_io_start(loop, &program.input);
  ev_timer_start(loop, &program.report);
  ev_run(loop, 0);
  dns_shutdown(loop);
  return program.failed;
}
