// dns-cares-testkit: a scripted DNS server for shells.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "command.h"
#include "dns_cares/testkit.h"
#include "script.h"

namespace {

using namespace dns_testkit;

constexpr int kFailure = 1;
constexpr int kUsage = 2;

struct Arguments {
  ServerOptions server;
  std::string port_file;
  std::optional<double> seconds;
  std::string script;
  std::vector<std::string> command;
};

// What follows "--" is the command's, options included, and is taken off before CLI11 looks at the rest.
std::vector<std::string> take_command(int &argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    std::vector<std::string> command(argv + i + 1, argv + argc);
    argc = i;
    return command;
  }
  return {};
}

void declare(CLI::App &app, Arguments &arguments) {
  app.add_option("script", arguments.script, "File with the rules, one per line; - for the standard input")->required();
  app.add_option("--address", arguments.server.address, "Address to serve at")->capture_default_str();
  app.add_option("--port", arguments.server.port, "Port, UDP and TCP; 0: any free one")->capture_default_str();
  app.add_flag_callback(
      "--no-tcp", [&] { arguments.server.tcp = false; }, "Refuse TCP connections");
  app.add_option("--port-file", arguments.port_file, "File to write the port number to, once it serves");
  app.add_option("--seconds", arguments.seconds, "Serve for so long, not until a signal")->check(CLI::Range(0.0, 1e9));
  app.footer(
      "With -- COMMAND..., runs the command, {server} in its words being the address and port, and ends with\n"
      "the command's exit status when it ends.");
}

// Written beside and renamed, so that whoever waits for the file never reads half of it.
void write_port_file(const std::string &path, std::uint16_t port) {
  const std::string unfinished = path + ".new";
  std::ofstream file(unfinished);
  file << port << '\n';
  file.close();
  if (!file) throw std::system_error(errno, std::generic_category(), unfinished);
  std::filesystem::rename(unfinished, path);
}

void print_counters(const Server &server) {
  std::cerr << "queries " << server.queries() << ", over TCP " << server.tcp_queries() << ", TCP connections "
            << server.tcp_connections() << '\n';
}

int serve(const Arguments &arguments, const TakeSignals &signals, Server &server) {
  if (!arguments.command.empty()) return run_command(with_server(arguments.command, server.address()), signals);
  std::cout << "listening on " << server.address() << std::endl;
  while (signals.wait(arguments.seconds) == SIGCHLD) continue;  // a child we inherited
  return 0;
}

int run(const Arguments &arguments) {
  const TakeSignals signals;
  Server server(arguments.server);
  read_script_file(arguments.script, server);
  if (!arguments.port_file.empty()) write_port_file(arguments.port_file, server.port());
  const int status = serve(arguments, signals, server);
  server.stop();
  print_counters(server);
  return status;
}

}  // namespace

int main(int argc, char **argv) {
  Arguments arguments;
  arguments.command = take_command(argc, argv);
  CLI::App app("A scripted DNS server on loopback, for tests.", "dns-cares-testkit");
  declare(app, arguments);
  try {
    app.parse(argc, argv);
    if (arguments.seconds && !arguments.command.empty()) throw CLI::ValidationError("--seconds", "not with a command");
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  try {
    return run(arguments);
  } catch (const std::exception &error) {
    std::cerr << "dns-cares-testkit: " << error.what() << '\n';
    return kFailure;
  }
}
