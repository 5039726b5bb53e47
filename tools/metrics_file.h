// --prometheus: a file that is written again every few seconds while a run goes on.
//
// Thread rule: the main thread; written from the default loop.
#pragma once

#include <string>

#include "exchange.h"
#include "watch.h"

namespace dns_cares_tool {

class MetricsFile {
 public:
  MetricsFile(std::string path, Exchange &exchange);

 private:
  void write() const noexcept;

  const std::string path_;
  Exchange &exchange_;
  Timer timer_;
};

}  // namespace dns_cares_tool
