// SPDX-License-Identifier: MIT
// `cardcage bench`: measurements of the whole program.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/lab/serial.h"
#include "bench/lab/start.h"

int main(int argc, char** argv) {
  constexpr int kUsage = 64;
  CLI::App app("Measures this build of cardcage on this host.", "cardcage bench");
  app.require_subcommand(1);

  cardcage::bench::StartOptions start;
  CLI::App* start_command = app.add_subcommand(
      "start",
      "Time and memory to the guest's first exit: on KVM beside a raw loop that makes the same "
      "ioctls, and in software");
  start_command->add_option("--runs", start.runs, "Runs of each program")
      ->check(CLI::Range(15, 10000))
      ->capture_default_str();
  start_command->add_flag("--json", start.json, "Print JSON");
  start_command
      ->add_option("--max-ratio", start.max_ratio, "End with 1 above this ratio of the times")
      ->type_name("RATIO");
  start_command
      ->add_option("--max-resident", start.max_resident,
                   "End with 1 above this memory beyond the guest's, on KVM")
      ->type_name("MIB");
  start_command
      ->add_option("--max-soft", start.max_soft, "End with 1 above this time on the soft engine")
      ->type_name("MS");
  start_command->footer(
      "Example: cardcage bench start --max-ratio 1.5 --max-resident 8 --max-soft 15");

  cardcage::bench::SerialOptions serial;
  CLI::App* serial_command = app.add_subcommand("serial",
                                                "Bytes a second through the serial port's FIFO to "
                                                "a pipe: on KVM beside a raw loop that takes "
                                                "the same exits, or in software");
  serial_command->add_option("--runs", serial.runs, "Runs of each program")
      ->check(CLI::Range(5, 10000))
      ->capture_default_str();
  serial_command->add_flag("--json", serial.json, "Print JSON");
  serial_command
      ->add_option("--min-ratio", serial.min_ratio, "End with 1 below this ratio of the rates")
      ->type_name("RATIO");
  serial_command->footer("Example: cardcage bench serial --min-ratio 0.95");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::fprintf(stderr, "cardcage bench: %s\n  `cardcage bench --help` lists what there is\n",
                 e.what());
    return kUsage;
  }
  if (serial_command->parsed()) return cardcage::bench::Serial(serial);
  return cardcage::bench::Start(start);
}
