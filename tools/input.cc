#include "input.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace dns_cares_tool {
namespace {

constexpr const char *kBlanks = " \t\r\v\f";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

Input::Input(std::vector<std::string> names, const std::vector<std::string> &files, bool has_ranges)
    : has_ranges_(has_ranges), names_(std::move(names)) {
  files_.reserve(files.size());
  for (const std::string &file : files) files_.emplace_back(file);
}

Input::Got Input::next(Line &line) {
  if (!range_) {
    const Got got = next_line(line);
    if (got != Got::kLine || !has_ranges_ || line.unreadable) return got;
    range_ = Range::of(line.name);
    if (!range_) return got;
    range_line_ = line;
  }
  line = range_line_;
  line.name = range_->next();
  if (range_->ended()) range_.reset();
  return Got::kLine;
}

Input::Got Input::next_line(Line &line) {
  if (name_ < names_.size()) {
    line = {};
    line.name = names_[name_++];
    return Got::kLine;
  }
  while (file_ < files_.size()) {
    std::string_view text;
    switch (files_[file_].next(text)) {
      case Got::kNothingYet:
        return Got::kNothingYet;
      case Got::kEnd:
        ++file_;
        number_ = 0;
        break;
      case Got::kLine:
        ++number_;
        if (take_apart(text, line)) return Got::kLine;
    }
  }
  return Got::kEnd;
}

bool Input::take_apart(std::string_view text, Line &line) {
  if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const bool is_cut = files_[file_].was_cut();
  if ((text.empty() && !is_cut) || text.starts_with('#')) return false;
  const std::size_t tab = text.find('\t');
  const std::string_view name = text.substr(0, tab);
  line.name = name.substr(0, name.find_last_not_of(kBlanks) + 1);
  line.has_fields = tab != std::string_view::npos;
  line.fields = line.has_fields ? text.substr(tab + 1) : std::string_view();
  line.is_cut = is_cut;
  line.unreadable = is_cut || line.name.find('\0') != std::string::npos;
  line.file = file_;
  line.number = number_;
  return true;
}

bool Input::is_from(int fd) const {
  struct stat wanted = {};
  if (fstat(fd, &wanted) != 0 || !S_ISREG(wanted.st_mode)) return false;
  return std::any_of(files_.begin(), files_.end(), [&](const LineReader &file) {
    struct stat status = {};
    return fstat(file.fd(), &status) == 0 && status.st_dev == wanted.st_dev && status.st_ino == wanted.st_ino;
  });
}

std::optional<double> Input::fraction() const {
  if (range_) return std::nullopt;  // It may be most of the input, or nearly nothing of it.
  double done = static_cast<double>(name_);
  double all = static_cast<double>(names_.size());
  for (const LineReader &file : files_) {
    if (file.size() == 0) return std::nullopt;
    done += static_cast<double>(file.offset());
    all += static_cast<double>(file.size());
  }
  return all > 0 ? std::min(done / all, 1.0) : 1.0;
}

std::string Input::place_of(const Line &line) const {
  if (line.number == 0) return {};
  if (files_.size() == 1) return fmt::format("line {}", line.number);
  return fmt::format("{}, line {}", files_[line.file].path(), line.number);
}

}  // namespace dns_cares_tool
