// SPDX-License-Identifier: MIT
// `cardcage validate`: what a plugin keeps of the contract, and what its users may expect of it.
#include <fnmatch.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machines/report/outcome.h"
#include "machines/spec/spelling.h"
#include "machines/validate/check.h"
#include "machines/validate/runner.h"

namespace cardcage {
namespace {

struct Options {
  std::string file;
  Level level = Level::kFull;
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::string type;
  std::string reproduce;
  uint64_t seed = 1;
  bool json = false;
};

// One row of the table: what one check says of one type, or of the plugin.
struct Row {
  const Check* check;
  std::string result = "passed";  // or failed, or skipped
  std::string what;               // the finding, or why it was skipped
  std::string action;
  std::string found_by;  // the check that has to be run to see it again
};

struct Table {
  std::string type;  // empty: the plugin's own
  std::vector<Row> rows;
};

int UsageError(const std::string& message, const std::string& help) {
  std::fputs(
      absl::StrCat("cardcage validate: ", message, "\n", help.empty() ? "" : "  ", help,
                   help.empty() ? "" : "\n", "  `cardcage validate --help` shows what it takes\n")
          .c_str(),
      stderr);
  return kExitUsage;
}

bool Matches(std::string_view id, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [id](const std::string& pattern) {
    return fnmatch(pattern.c_str(), std::string(id).c_str(), 0) == 0;
  });
}

bool IsChosen(const Check& check, const Options& options) {
  if (Matches(check.id, options.exclude)) return false;
  return options.include.empty() ? check.level <= options.level
                                 : Matches(check.id, options.include);
}

// What a finding is a row of. One that no check was asked for is left out, but not one of the check that found it.
void Enter(const Finding& finding, const Check& found_by, Table& table) {
  for (Row& row : table.rows) {
    if (row.check->id != finding.id || row.result == "failed") continue;
    row = {row.check, "failed", finding.what, finding.action, std::string(found_by.id)};
  }
}

// The checks of a table, run one by one. Those that every check looks for need all the others.
void RunChecks(Runner& runner, size_t type, const Options& options, Table& table) {
  const auto looks_besides = [&table] {
    return std::any_of(table.rows.begin(), table.rows.end(), [](const Row& row) {
      return row.check->run == nullptr && row.result == "passed";
    });
  };
  for (const Check& check : AllChecks()) {
    if (check.run == nullptr || check.is_of_plugin != table.type.empty()) continue;
    const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                  [&check](const Row& its) { return its.check == &check; });
    const bool is_chosen = row != table.rows.end();
    if (!is_chosen && (!looks_besides() || check.level > options.level)) continue;
    const CheckResult result = runner.Run(check, type, options.seed);
    if (is_chosen && !result.skipped.empty()) {
      row->result = "skipped";
      row->what = result.skipped;
    }
    for (const Finding& finding : result.findings) Enter(finding, check, table);
  }
}

std::string Again(const Options& options, const Table& table, const Row& row) {
  return absl::StrCat("cardcage validate ", options.file, " --reproduce ", row.found_by,
                      table.type.empty() ? "" : " --type ", table.type, " --seed ", options.seed);
}

void PrintTable(const Options& options, const Table& table) {
  std::fputs(table.type.empty() ? "the plugin\n" : absl::StrCat(table.type, "\n").c_str(), stdout);
  for (const Row& row : table.rows) {
    const char* const mark = row.result == "passed"   ? "ok"
                             : row.result == "failed" ? "FAILED"
                                                      : "skipped";
    absl::PrintF("  %-7s %-15s %s\n", mark, row.check->id, row.check->why);
    if (row.result == "skipped") absl::PrintF("          %s\n", row.what);
    if (row.result != "failed") continue;
    absl::PrintF("          %s\n", row.what);
    if (!row.action.empty()) absl::PrintF("          behind: %s\n", row.action);
    absl::PrintF("          again:  %s\n", Again(options, table, row));
  }
}

nlohmann::json ToJson(const Options& options, const Table& table) {
  nlohmann::json checks = nlohmann::json::array();
  for (const Row& row : table.rows) {
    nlohmann::json check = {{"id", row.check->id},
                            {"level", kLevelNames[static_cast<size_t>(row.check->level)]},
                            {"why", row.check->why},
                            {"result", row.result}};
    if (!row.what.empty()) check["what"] = row.what;
    if (!row.action.empty()) check["action"] = row.action;
    if (row.result == "failed") check["again"] = Again(options, table, row);
    checks.push_back(std::move(check));
  }
  return {{"type", table.type.empty() ? nlohmann::json() : nlohmann::json(table.type)},
          {"checks", checks}};
}

std::vector<Table> EmptyTables(const PluginSummary& plugin, const Options& options) {
  std::vector<Table> tables;
  for (size_t i = 0; i <= plugin.types.size(); ++i) {
    Table table{i == 0 ? "" : plugin.types[i - 1], {}};
    if (i > 0 && !options.type.empty() && options.type != table.type) continue;
    for (const Check& check : AllChecks()) {
      if (check.is_of_plugin == table.type.empty() && IsChosen(check, options))
        table.rows.push_back({.check = &check});
    }
    if (!table.rows.empty()) tables.push_back(std::move(table));
  }
  return tables;
}

size_t PlaceOf(const std::string& type, const PluginSummary& plugin) {
  const auto found = std::find(plugin.types.begin(), plugin.types.end(), type);
  return found == plugin.types.end() ? 0 : static_cast<size_t>(found - plugin.types.begin());
}

int Reproduce(Runner& runner, const PluginSummary& plugin, const Options& options) {
  const Check* const check = FindCheck(options.reproduce);
  if (check == nullptr || check->run == nullptr) {
    return UsageError(
        absl::StrCat("there is no check `", options.reproduce, "` that can be run by itself"),
        "`cardcage validate --list` lists them");
  }
  const CheckResult result =
      runner.Run(*check, PlaceOf(options.type, plugin), options.seed, /*is_traced=*/true);
  if (!result.skipped.empty()) absl::PrintF("skipped: %s\n", result.skipped);
  for (const Finding& finding : result.findings)
    absl::PrintF("FAILED %s: %s\n", finding.id, finding.what);
  if (result.findings.empty()) absl::PrintF("ok\n");
  return result.findings.empty() ? 0 : 1;
}

int List(const Options& options) {
  nlohmann::json list = nlohmann::json::array();
  for (const Check& check : AllChecks()) {
    const std::string_view level = kLevelNames[static_cast<size_t>(check.level)];
    if (options.json) {
      list.push_back({{"id", check.id}, {"level", level}, {"why", check.why}});
    } else {
      absl::PrintF("%-15s %-7s %s\n", check.id, level, check.why);
    }
  }
  if (options.json) absl::PrintF("%s\n", list.dump(2));
  return 0;
}

int Validate(const Options& options) {
  Runner runner(options.file);
  const auto plugin = runner.Load();
  if (!plugin.ok()) {
    std::fputs(absl::StrCat("cardcage validate: ", plugin.status().message(), "\n").c_str(),
               stderr);
    return kExitPlugin;
  }
  if (!options.type.empty() &&
      std::count(plugin->types.begin(), plugin->types.end(), options.type) == 0) {
    return UsageError(absl::StrCat("the plugin has no type `", options.type, "`"),
                      Suggest(options.type, plugin->types));
  }
  if (!options.reproduce.empty()) return Reproduce(runner, *plugin, options);

  std::vector<Table> tables = EmptyTables(*plugin, options);
  if (tables.empty())
    return UsageError("no check is left to run", "`cardcage validate --list` lists them");
  if (!options.json) {
    absl::PrintF("%s: plugin %s %s, level %s, seed %d\n", options.file, plugin->name,
                 plugin->version, kLevelNames[static_cast<size_t>(options.level)], options.seed);
  }
  std::map<std::string, int> counts;
  nlohmann::json json_tables = nlohmann::json::array();
  for (Table& table : tables) {
    RunChecks(runner, PlaceOf(table.type, *plugin), options, table);
    for (const Row& row : table.rows) ++counts[row.result];
    if (options.json) {
      json_tables.push_back(ToJson(options, table));
    } else {
      PrintTable(options, table);
      std::fflush(stdout);
    }
  }
  if (options.json) {
    const nlohmann::json report = {
        {"file", options.file},        {"plugin", plugin->name},
        {"version", plugin->version},  {"level", kLevelNames[static_cast<size_t>(options.level)]},
        {"seed", options.seed},        {"tables", json_tables},
        {"passed", counts["passed"]},  {"failed", counts["failed"]},
        {"skipped", counts["skipped"]}};
    absl::PrintF("%s\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    absl::PrintF("%d passed, %d failed, %d skipped\n", counts["passed"], counts["failed"],
                 counts["skipped"]);
  }
  return counts["failed"] == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cardcage

int main(int argc, char** argv) {
  using cardcage::Level;
  cardcage::Options options;
  bool is_list = false;
  CLI::App app("Checks a plugin against the contract, without a machine and without KVM.",
               "cardcage validate");
  app.set_help_flag("-h,--help", "Print this and end");
  app.get_formatter()->column_width(30);
  app.get_formatter()->label("REQUIRED", "");
  app.footer(
      "Each check runs in a process of its own. Prints a line for each, with what was found and\n"
      "how to see it again. Levels: basic (no harm, no rule broken), full (what the contract\n"
      "promises), strict (also what users expect: no allocations in handlers, and the like).\n"
      "Ends with 0 where all passed, 1 where one failed, 64 for a wrong command line, 66 for a\n"
      "plugin that cannot be loaded.\n"
      "Example: cardcage validate build/dice.so --level strict --exclude time");
  app.add_option("FILE", options.file, "The plugin")->type_name("");
  std::map<std::string, Level> levels = {
      {"basic", Level::kBasic}, {"full", Level::kFull}, {"strict", Level::kStrict}};
  app.add_option("--level", options.level, "basic, full (the default) or strict")
      ->transform(CLI::CheckedTransformer(levels).description(""))
      ->type_name("LEVEL");
  app.add_option("--include", options.include,
                 "Only checks of these ids, of any level; * stands for any letters")
      ->type_name("ID,…")
      ->allow_extra_args(false)
      ->delimiter(',');
  app.add_option("--exclude", options.exclude, "All but checks of these ids")
      ->type_name("ID,…")
      ->allow_extra_args(false)
      ->delimiter(',');
  app.add_option("--type", options.type, "Only this type of the plugin")->type_name("TYPE");
  app.add_option("--seed", options.seed, "What random streams begin with (1)")->type_name("N");
  app.add_option("--reproduce", options.reproduce,
                 "Run one check, and print what it does step by step")
      ->type_name("ID");
  app.add_flag("--list", is_list, "Print the checks and end");
  app.add_flag("--json", options.json, "Print JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return cardcage::UsageError(e.what(), "");
  }
  if (is_list) return cardcage::List(options);
  if (options.file.empty()) return cardcage::UsageError("FILE is required", "");
  return cardcage::Validate(options);
}
