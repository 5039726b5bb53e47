#include "format.h"

namespace dns_cares_tool {

std::unique_ptr<Format> make_format(const Options &options) {
  switch (options.format) {
    case FormatKind::kJson:
      return make_json_format(options);
    case FormatKind::kCsv:
      return make_csv_format(options);
    case FormatKind::kText:
      break;
  }
  return make_text_format(options);
}

}  // namespace dns_cares_tool
