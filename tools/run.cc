#include "run.h"

#include <fmt/format.h>

#include "control.h"
#include "crew.h"
#include "exchange.h"
#include "format.h"
#include "input.h"
#include "message.h"
#include "output_file.h"
#include "reports.h"
#include "resume.h"
#include "selection.h"
#include "summary.h"
#include "terminal.h"

namespace dns_cares_tool {
namespace {

int exit_status(Exchange &exchange, const Control &control, const Tally &tally) {
  if (const std::string failure = exchange.failure(); !failure.empty()) {
    complain(failure);
    return kInputOutput;
  }
  if (exchange.output_is_closed()) return kInputOutput;
  if (control.signal() != 0) return kSignal + control.signal();
  return tally.failed() == 0 ? kAllResolved : kSomeFailed;
}

// What is in the output already.
Resumption done_before(const Options &options, const OutputFile &output, const Format &format) {
  if (options.resume) return {output.fd(), output.name(), format, options.header};
  return Resumption(!output.is_new());
}

}  // namespace

int run(const Options &options) {
  Input input(options.names, options.files, options.question == Question::kReverse);
  const auto format = make_format(options);
  for (const std::string &report : {options.stats, options.prometheus}) OutputFile::check(report);
  OutputFile output(options);
  if (input.is_from(output.fd())) throw OutputError(fmt::format("{}: names are read from there", output.name()));
  Resumption done = done_before(options, output, *format);
  Selection selection(options, done);
  Sink sink(output.fd(), output.name());
  const Wake wake;
  Exchange exchange(options, input, selection, sink, wake);
  Crew crew(options, exchange, input, *format);
  Control control(options, exchange, wake, !options.quiet && !options.trace && can_show_progress(output.fd()));

  if (!options.resume && output.ends_within_line()) sink.append_heading("\n");
  if (options.header && !done.has_header()) sink.append_heading(format->header());
  crew.start();
  control.run();
  const dns_stats library = crew.end();

  const Tally tally = exchange.tally();
  if (!options.quiet && !exchange.output_is_closed()) say(summary_of(tally, options.question));
  if (control.signal() == 0 && exchange.failure().empty()) {
    output.commit();
  } else if (output.is_dropped()) {
    complain(fmt::format("{}: not written, since it would not be whole (--resume keeps what is there)", output.name()));
  }
  if (!options.stats.empty()) OutputFile::write_whole(options.stats, stats_as_json(tally, library));
  if (!options.prometheus.empty()) OutputFile::write_whole(options.prometheus, stats_for_prometheus(tally));
  return exit_status(exchange, control, tally);
}

}  // namespace dns_cares_tool
