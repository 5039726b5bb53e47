#include "metrics_file.h"

#include <utility>

#include "output_file.h"
#include "reports.h"

namespace dns_cares_tool {
namespace {

constexpr double kSecondsBetween = 5;

}  // namespace

MetricsFile::MetricsFile(std::string path, Exchange &exchange)
    : path_(std::move(path)),
      exchange_(exchange),
      timer_([](void *self) { static_cast<MetricsFile *>(self)->write(); }, this) {
  timer_.start(kSecondsBetween, kSecondsBetween);
}

// Within a callback of the loop, so nothing may be thrown.
void MetricsFile::write() const {
  try {
    OutputFile::write_whole(path_, stats_for_prometheus(exchange_.tally()));
  } catch (const std::exception &error) {
    exchange_.fail(error.what());
  }
}

}  // namespace dns_cares_tool
