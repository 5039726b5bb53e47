// The forms in which results are written. One line for each, its end included.
//
// Thread rule: a format is not changed once it is made, and may be used by several threads at once.
#pragma once

#include <memory>
#include <string>

#include "options.h"
#include "outcome.h"

namespace dns_cares_tool {

class Format {
 public:
  virtual ~Format() = default;

  // Whether it writes about what dns_get_result_info() tells, and about the canonical name.
  virtual bool wants_details() const = 0;
  // What goes before the first result: "" or a line.
  virtual std::string header() const { return {}; }
  // Appends the line of one result.
  virtual void write(const Outcome &outcome, std::string &text) const = 0;
  // Appends what write() begins a result of this line with, whatever the result is: as far as the name, if that is
  // written.
  virtual void write_beginning(const Line &line, std::string &text) const = 0;
};

std::unique_ptr<Format> make_text_format(const Options &options);
std::unique_ptr<Format> make_json_format(const Options &options);
std::unique_ptr<Format> make_csv_format(const Options &options);

std::unique_ptr<Format> make_format(const Options &options);

}  // namespace dns_cares_tool
