#include "script.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>

#include "words.h"

namespace dns_testkit {
namespace {

std::invalid_argument wrong(const std::string &what, std::string_view word) {
  return std::invalid_argument(what + " \"" + std::string(word) + "\"");
}

std::uint32_t parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) throw wrong("not a number", text);
  return number;
}

std::chrono::milliseconds parse_duration(std::string_view text) {
  if (text.ends_with("ms")) return std::chrono::milliseconds(parse_number(text.substr(0, text.size() - 2)));
  if (text.ends_with("s")) return std::chrono::seconds(parse_number(text.substr(0, text.size() - 1)));
  throw wrong("not a time such as 20ms or 2s", text);
}

std::vector<std::uint8_t> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) throw wrong("an odd number of hexadecimal digits in", text);
  std::vector<std::uint8_t> octets(text.size() / 2);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const char *digits = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(digits, digits + 2, octets[i], 16);
    if (error != std::errc() || end != digits + 2) throw wrong("not hexadecimal", text);
  }
  return octets;
}

// One reply of a script, sorted into its parts: VERB ARGUMENTS... with FLAGS and SETTINGS=... among them.
struct ReplyWords {
  std::string verb;
  std::vector<std::string> arguments;
  std::vector<std::string> flags;
  std::multimap<std::string, std::string> settings;

  std::uint32_t ttl() const {
    const auto found = settings.find("ttl");
    return found != settings.end() ? parse_number(found->second) : kDefaultTtl;
  }
};

struct Verb {
  std::size_t min_arguments, max_arguments;
  bool has_ttl;
  std::function<Reply(const ReplyWords &)> make;
};

const std::map<std::string, Verb, std::less<>> &verbs() {
  constexpr std::size_t kMany = SIZE_MAX;
  using W = const ReplyWords &;
  static const std::map<std::string, Verb, std::less<>> all = {
      {"answer", {1, kMany, true, [](W words) { return answer(words.arguments, words.ttl()); }}},
      {"records", {1, kMany, false, [](W words) { return records(words.arguments); }}},
      {"hashed", {1, 1, true, [](W words) { return hashed(words.arguments[0], words.ttl()); }}},
      {"nodata", {0, 0, true, [](W words) { return nodata(words.ttl()); }}},
      {"nxdomain", {0, 0, true, [](W words) { return nxdomain(words.ttl()); }}},
      {"rcode", {1, 1, false, [](W words) { return rcode(parse_number(words.arguments[0])); }}},
      {"servfail", {0, 0, false, [](W) { return servfail(); }}},
      {"refused", {0, 0, false, [](W) { return refused(); }}},
      {"formerr", {0, 0, false, [](W) { return formerr(); }}},
      {"notimp", {0, 0, false, [](W) { return notimp(); }}},
      {"drop", {0, 0, false, [](W) { return drop(); }}},
      {"garbage", {1, 1, false, [](W words) { return garbage(parse_hex(words.arguments[0])); }}},
      {"close-tcp", {0, 0, false, [](W) { return close_tcp(); }}},
      {"reset-tcp", {0, 0, false, [](W) { return reset_tcp(); }}},
  };
  return all;
}

const std::map<std::string, Reply (Reply::*)() const, std::less<>> kFlags = {
    {"truncated", &Reply::truncated},   {"wrong-id", &Reply::wrong_id},
    {"right-id", &Reply::right_id},     {"wrong-question", &Reply::wrong_question},
    {"twice", &Reply::twice},           {"other-port", &Reply::from_other_port},
    {"no-soa", &Reply::without_soa},    {"no-edns", &Reply::without_edns},
    {"wrong-case", &Reply::wrong_case}, {"other-address", &Reply::from_other_address},
};

// "OCTET" or "OCTET:MASK".
Reply with_flipped(const Reply &reply, const std::string &value) {
  const std::size_t colon = std::min(value.find(':'), value.size());
  const std::uint32_t octet = parse_number(value.substr(0, colon));
  const std::uint32_t mask = colon < value.size() ? parse_number(value.substr(colon + 1)) : UINT8_MAX;
  if (mask > UINT8_MAX) throw wrong("not the bits of an octet", value);
  return reply.flipped(octet, static_cast<std::uint8_t>(mask));
}

// "CODE" or "CODE:TEXT".
Reply with_extended_error(const Reply &reply, const std::string &value) {
  const std::size_t colon = std::min(value.find(':'), value.size());
  const std::size_t code = parse_number(value.substr(0, colon));
  if (code > UINT16_MAX) throw wrong("not an extended error's code", value);
  return reply.extended_error(static_cast<std::uint16_t>(code), colon < value.size() ? value.substr(colon + 1) : "");
}

using Values = std::vector<std::string>;  // of a setting, which may be given more than once
const std::map<std::string, std::function<Reply(const Reply &, const Values &)>, std::less<>> kSettings = {
    {"ttl", [](const Reply &reply, const Values &) { return reply; }},  // the verb has taken it
    {"after", [](const Reply &reply, const Values &values) { return reply.after(parse_duration(values[0])); }},
    {"cut", [](const Reply &reply, const Values &values) { return reply.cut(parse_number(values[0])); }},
    {"close-after",
     [](const Reply &reply, const Values &values) { return reply.close_tcp_after(parse_number(values[0])); }},
    {"half-close-after",
     [](const Reply &reply, const Values &values) { return reply.half_close_tcp_after(parse_number(values[0])); }},
    {"stall-after",
     [](const Reply &reply, const Values &values) { return reply.stall_tcp_after(parse_number(values[0])); }},
    {"octet-by-octet",
     [](const Reply &reply, const Values &values) { return reply.octet_by_octet(parse_duration(values[0])); }},
    {"flip", [](const Reply &reply, const Values &values) { return with_flipped(reply, values[0]); }},
    {"raw", [](const Reply &reply, const Values &values) { return reply.raw_records(parse_hex(values[0])); }},
    {"rcode", [](const Reply &reply, const Values &values) { return reply.with_rcode(parse_number(values[0])); }},
    {"authority", [](const Reply &reply, const Values &values) { return reply.authority(values); }},
    {"additional", [](const Reply &reply, const Values &values) { return reply.additional(values); }},
    {"extended-error", [](const Reply &reply, const Values &values) { return with_extended_error(reply, values[0]); }},
};

bool may_repeat(std::string_view setting) { return setting == "authority" || setting == "additional"; }

void add_setting(ReplyWords &words, const std::string &word) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  if (kSettings.count(name) == 0) throw wrong("unknown setting", word);
  if (words.settings.count(name) != 0 && !may_repeat(name)) throw wrong("given twice", word);
  words.settings.emplace(name, word.substr(equals + 1));
}

void add_word(ReplyWords &words, const Word &word) {
  if (word.quoted) {
    words.arguments.push_back(word.text);
  } else if (word.text.find('=') != std::string::npos) {
    add_setting(words, word.text);
  } else if (kFlags.count(word.text) != 0) {
    words.flags.push_back(word.text);
  } else {
    words.arguments.push_back(word.text);
  }
}

ReplyWords sort_words(std::span<const Word> line) {
  if (line.empty()) throw std::invalid_argument("a reply is missing");
  ReplyWords words{line[0].text, {}, {}, {}};
  for (const Word &word : line.subspan(1)) add_word(words, word);
  return words;
}

Reply apply_verb(const ReplyWords &words) {
  const auto found = verbs().find(words.verb);
  if (found == verbs().end()) throw wrong("unknown reply", words.verb);
  const Verb &verb = found->second;
  if (words.arguments.size() < verb.min_arguments) throw wrong("nothing follows", words.verb);
  if (words.arguments.size() > verb.max_arguments) throw wrong("unexpected", words.arguments[verb.max_arguments]);
  if (!verb.has_ttl && words.settings.count("ttl") != 0) throw wrong("no ttl= for", words.verb);
  return verb.make(words);
}

Reply apply_settings(Reply reply, const ReplyWords &words) {
  for (const std::string &flag : words.flags) reply = (reply.*kFlags.find(flag)->second)();
  for (auto it = words.settings.begin(); it != words.settings.end();) {
    const auto end = words.settings.upper_bound(it->first);
    Values values;
    std::transform(it, end, std::back_inserter(values), [](const auto &setting) { return setting.second; });
    reply = kSettings.find(it->first)->second(reply, values);
    it = end;
  }
  return reply;
}

Reply parse_reply(std::span<const Word> line) {
  const ReplyWords words = sort_words(line);
  return apply_settings(apply_verb(words), words);
}

// The parts of a line between the words that are `separator`.
std::vector<std::span<const Word>> split_at(std::span<const Word> line, std::string_view separator) {
  std::vector<std::span<const Word>> parts;
  while (true) {
    const auto end = std::find_if(line.begin(), line.end(), [&](const Word &word) { return word.is(separator); });
    parts.emplace_back(line.begin(), end);
    if (end == line.end()) return parts;
    line = {end + 1, line.end()};
  }
}

// "REPLY" or "REPLY & REPLY...": all of them to one query.
Reply parse_replies_to_one(std::span<const Word> line) {
  const auto parts = split_at(line, "&");
  Reply reply = parse_reply(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) reply = reply.followed_by(parse_reply(parts[i]));
  return reply;
}

std::vector<Reply> parse_sequence(std::span<const Word> line) {
  std::vector<Reply> replies;
  for (const auto part : split_at(line, "|")) replies.push_back(parse_replies_to_one(part));
  return replies;
}

void read_line(std::string_view line, Server &server) {
  const std::vector<Word> words = split_words(line);
  if (words.empty()) return;
  const std::span<const Word> all(words);
  if (words[0].is("otherwise")) return server.otherwise(parse_replies_to_one(all.subspan(1)));
  if (words.size() < 3) throw wrong("not \"NAME TYPE REPLY\"", words.back().text);
  server.on(words[0].text, words[1].text, parse_sequence(all.subspan(2)));
}

}  // namespace

void read_script(std::string_view text, const std::string &source, Server &server) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    try {
      read_line(line, server);
    } catch (const std::invalid_argument &error) {
      throw std::invalid_argument(source + ":" + std::to_string(number) + ": " + error.what());
    }
  }
}

void read_script_file(const std::string &path, Server &server) {
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream &input = path == "-" ? std::cin : file;
  const std::string text{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
  if (!input.good() && !input.eof()) throw std::system_error(errno, std::generic_category(), path);
  if (path != "-" && !file.is_open()) throw std::system_error(errno, std::generic_category(), path);
  read_script(text, path == "-" ? "stdin" : path, server);
}

}  // namespace dns_testkit
