// SPDX-License-Identifier: MIT
#include "cardcage/machine.h"

#include <signal.h>

#include <array>
#include <cstdio>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/plugin/type_registry.h"
#include "machines/assembly/engines.h"
#include "machines/assembly/machine.h"
#include "machines/assembly/plan.h"
#include "machines/report/fault_report.h"
#include "machines/report/outcome.h"
#include "machines/report/output_report.h"
#include "machines/spec/machine_reader.h"

namespace cardcage::embed {
namespace {

// While there is one, a peer that has gone is an error of the write and not the process's end.
class NoBrokenPipes {
 public:
  NoBrokenPipes() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipes() {
    constexpr timespec kNow{};
    if (sigismember(&before_, SIGPIPE) == 1) return;
    while (sigtimedwait(&pipe_, nullptr, &kNow) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipes(const NoBrokenPipes&) = delete;
  NoBrokenPipes& operator=(const NoBrokenPipes&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
};

Outcome::Cause CauseOf(const MachineEnd& end) {
  using Cause = Outcome::Cause;
  switch (end.cause) {
    case MachineEnd::Cause::kDevice:
      return Cause::kDevice;
    case MachineEnd::Cause::kReset:
      return Cause::kReset;
    case MachineEnd::Cause::kTimeout:
      return Cause::kTimeout;
    case MachineEnd::Cause::kSignal:
    case MachineEnd::Cause::kQuit:
      return Cause::kStopped;
    case MachineEnd::Cause::kOutputClosed:
      return Cause::kOutputClosed;
    case MachineEnd::Cause::kCpu:
      break;
  }
  switch (end.exit.reason) {
    case VmExit::Reason::kHalt:
      return Cause::kHalt;
    case VmExit::Reason::kPowerOff:
      return Cause::kPowerOff;
    case VmExit::Reason::kReset:
      return Cause::kReset;
    case VmExit::Reason::kEngineFailed:
      return Cause::kHost;
    default:
      return Cause::kGuestFault;
  }
}

Outcome Wrong(std::string message) {
  return {.cause = Outcome::Cause::kWrongMachine,
          .device = {},
          .message = std::move(message),
          .exit_code = kExitFile};
}

Outcome HostCannot(std::string message) {
  return {.cause = Outcome::Cause::kHost,
          .device = {},
          .message = std::move(message),
          .exit_code = kExitHost};
}

}  // namespace

class Machine::Inside {
 public:
  Inside(std::string name, std::string prefix)
      : name_(std::move(name)), prefix_(std::move(prefix)) {}

  void set_file(std::string file) { file_ = std::move(file); }

  void AddTypes(const cardcage_plugin& plugin, TypeRegistry::Step step) {
    const absl::Status added = types_.Add(plugin, step);
    if (!added.ok()) Refuse(std::string(added.message()));
  }

  // Parts of the machine file.
  enum Part { kTop, kMemory, kBackends, kDevices, kBoot, kParts };

  // Adds a line to one.
  void Add(Part part, std::string_view key, const Value& value) {
    if (file_) {
      Refuse(absl::StrCat("`", std::string(key), "` was added to the machine of ", *file_,
                          ": it has to be said there"));
      return;
    }
    absl::StrAppend(&parts_[part], part == kTop ? "" : "  ", Value(key).yaml(), ": ", value.yaml(),
                    "\n");
  }

  void AddLoad(LoadSpec load, std::string what) {
    if (file_) return Add(kBoot, "load", 0);
    loads_.push_back({std::move(load), std::move(what)});
  }

  std::string Check() const {
    Assembled assembled;
    Assemble({.installation = prefix_}, assembled);
    return assembled.errors;
  }

  Outcome Run(const RunOptions& options);
  void Stop();

 private:
  struct Load {
    LoadSpec spec;
    std::string what;  // it is, in words
  };
  struct Assembled {
    Source source;
    Plan plan;
    std::string errors;
  };

  void Refuse(const std::string& why) {
    absl::StrAppend(&mistakes_, name_, ": error: ", why, "\n");
  }
  std::string Text(std::vector<Place>& load_places) const;
  void Assemble(const PlanOptions& options, Assembled& assembled) const;
  Outcome RunPlan(const Assembled& assembled, const RunOptions& options);
  Outcome Finish(cardcage::Machine& machine, const RunOptions& options) const;
  void Say(const RunOptions& options, std::string_view line) const;

  const std::string name_;
  const std::string prefix_;
  std::optional<std::string> file_;
  std::array<std::string, kParts> parts_;  // as YAML
  TypeRegistry types_;
  std::vector<Load> loads_;
  std::string mistakes_;

  std::mutex mutex_;
  cardcage::Machine* running_ = nullptr;  // guarded by mutex_
  bool stop_ = false;                     // guarded by mutex_
};

// The machine file that says the same. Loads are only told: their bytes may be many.
std::string Machine::Inside::Text(std::vector<Place>& load_places) const {
  std::string text = absl::StrCat("cardcage: 1\nname: ", Value(name_).yaml(), "\n", parts_[kTop]);
  for (const auto& [key, part] :
       {std::pair{"memory", kMemory}, {"backends", kBackends}, {"devices", kDevices}}) {
    if (!parts_[part].empty()) absl::StrAppend(&text, key, ":\n", parts_[part]);
  }
  absl::StrAppend(&text, "boot:\n  load: []\n");
  int line = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (const Load& load : loads_) {
    load_places.push_back(
        {.line = ++line, .column = 5, .length = static_cast<int>(load.what.size())});
    absl::StrAppend(&text, "  # ", load.what, "\n");
  }
  return text + parts_[kBoot];
}

void Machine::Inside::Assemble(const PlanOptions& options, Assembled& assembled) const {
  if (!mistakes_.empty()) {
    assembled.errors = mistakes_;
    return;
  }
  std::vector<Place> load_places;
  if (file_) {
    auto source = ReadSource(*file_);
    if (!source.ok()) {
      assembled.errors = absl::StrCat(*file_, ": error: ", source.status().message(), "\n");
      return;
    }
    assembled.source = *std::move(source);
  } else {
    // Its folder is where relative paths begin: this process's.
    const bool is_path = name_.find('/') != std::string::npos;
    assembled.source = {.name = is_path ? "machine" : name_, .text = Text(load_places)};
  }
  Diagnostics diagnostics(assembled.source);
  MachineSpec spec = ReadMachine(assembled.source, diagnostics);
  // To load one, its code is tried in a child process: nothing for somebody else's, which may have threads.
  for (const PluginSpec& plugin : spec.plugins) {
    diagnostics.Error(plugin.file.place, "a machine inside a program loads no plugin files",
                      "leave it out, and give the program's machine the types: Machine::AddTypes");
  }
  for (size_t i = 0; i < load_places.size(); ++i) {
    LoadSpec load = loads_[i].spec;
    load.at.place = load_places[i];
    if (load.file) load.file->place = load_places[i];
    spec.boot.load.push_back(std::move(load));
  }
  assembled.plan = MakePlan(spec, assembled.source, types_, kEngines, options, diagnostics);
  if (!diagnostics.ok()) assembled.errors = diagnostics.Format();
}

void Machine::Inside::Say(const RunOptions& options, std::string_view line) const {
  if (options.log) return options.log(line);
  std::fputs(absl::StrCat(name_, ": ", std::string(line), "\n").c_str(), stderr);
}

Outcome Machine::Inside::Run(const RunOptions& options) {
  Assembled assembled;
  Assemble({.deterministic = options.deterministic, .installation = prefix_}, assembled);
  const NoBrokenPipes no_broken_pipes;
  Outcome outcome =
      assembled.errors.empty() ? RunPlan(assembled, options) : Wrong(assembled.errors);
  const std::lock_guard lock(mutex_);
  stop_ = false;
  return outcome;
}

Outcome Machine::Inside::RunPlan(const Assembled& assembled, const RunOptions& options) {
  auto loop = EventLoop::Create();
  if (!loop.ok()) return HostCannot(absl::StrCat(loop.status().message(), "\n"));
  std::unique_ptr<cardcage::Machine> machine;
  cardcage::Machine::Console console{.escape_key =
                                         [&machine](uint8_t key) {
                                           if (key != 'x') return;
                                           machine->RequestEnd({.cause = MachineEnd::Cause::kQuit});
                                         },
                                     .script = std::nullopt};
  if (options.deterministic) console.script.emplace();
  cardcage::Machine::Failure failure;
  machine = cardcage::Machine::Create(
      assembled.plan, **loop, [&](std::string_view line) { Say(options, line); },
      std::move(console), &failure);
  if (machine == nullptr) {
    std::string message = Format(failure, assembled.source);
    return failure.whose == cardcage::Machine::Failure::Whose::kFile
               ? Wrong(std::move(message))
               : HostCannot(std::move(message));
  }
  if (options.timeout) {
    (*loop)->CallAt(EventLoop::Clock::now() + *options.timeout,
                    [&machine] { machine->RequestEnd({.cause = MachineEnd::Cause::kTimeout}); });
  }
  {
    const std::lock_guard lock(mutex_);
    running_ = machine.get();
    if (stop_) machine->RequestEnd({.cause = MachineEnd::Cause::kQuit});
  }
  machine->Start();
  (*loop)->Run();
  {
    const std::lock_guard lock(mutex_);
    running_ = nullptr;
  }
  return Finish(*machine, options);
}

Outcome Machine::Inside::Finish(cardcage::Machine& machine, const RunOptions& options) const {
  const MachineEnd& end = machine.end();
  const cardcage::Outcome told = OutcomeOf(end);
  Outcome outcome{.cause = CauseOf(end),
                  .code = end.cause == MachineEnd::Cause::kDevice ? end.code : 0,
                  .device = end.device,
                  .message = told.message,
                  .exit_code = told.exit_code};
  const bool output_is_whole =
      FinishOutput(machine, [&](std::string_view line) { Say(options, line); });
  if (!output_is_whole && outcome.exit_code == 0) outcome.exit_code = kExitHost;
  if (told.is_guest_fault) {
    outcome.message =
        absl::StrCat("guest fault\n", FaultReport(machine, end.cpu, end.exit), KeptOutput(machine));
  }
  if (end.cause == MachineEnd::Cause::kTimeout) {
    outcome.message = absl::StrCat("timeout: ", Positions(machine));
  }
  if (!outcome.message.empty() && !outcome.message.ends_with('\n')) outcome.message += '\n';
  return outcome;
}

void Machine::Inside::Stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  if (running_ != nullptr) running_->RequestEnd({.cause = MachineEnd::Cause::kQuit});
}

Machine::Machine(std::string name, std::string prefix)
    : inside_(std::make_unique<Inside>(std::move(name), std::move(prefix))) {}
Machine Machine::FromFile(std::string path, std::string prefix) {
  Machine machine(path, std::move(prefix));
  machine.inside_->set_file(std::move(path));
  return machine;
}
Machine::~Machine() = default;
Machine::Machine(Machine&& other) noexcept = default;
Machine& Machine::operator=(Machine&& other) noexcept = default;

void Machine::AddTypes(const cardcage_plugin& plugin) {
  inside_->AddTypes(plugin, TypeRegistry::Step::kOption);
}

void Machine::AddTypes(std::span<const cardcage_plugin* const> table) {
  for (const cardcage_plugin* plugin : table) {
    inside_->AddTypes(*plugin, TypeRegistry::Step::kBuiltIn);
  }
}

void Machine::AddMemory(std::string_view name, uint64_t at, uint64_t size, std::string_view kind) {
  inside_->Add(Inside::kMemory, name,
               Map({{"at", Value::FromYaml(absl::StrFormat("0x%x", at))},
                    {"size", absl::StrCat(size, "B")},
                    {"kind", kind}}));
}

void Machine::AddBackend(std::string_view name, std::string_view type, const Settings& settings) {
  Settings all = {{"type", type}};
  all.insert(all.end(), settings.begin(), settings.end());
  inside_->Add(Inside::kBackends, name, Map(all));
}

void Machine::AddDevice(std::string_view name, std::string_view type, const Settings& settings) {
  Settings all = {{"type", type}};
  all.insert(all.end(), settings.begin(), settings.end());
  inside_->Add(Inside::kDevices, name, Map(all));
}

void Machine::Set(std::string_view key, const Settings& settings) {
  inside_->Add(Inside::kTop, key, Map(settings));
}

void Machine::Load(uint64_t at, std::span<const uint8_t> bytes) {
  LoadSpec load{.at = {.value = at, .place = {}},
                .bytes = {bytes.begin(), bytes.end()},
                .file = std::nullopt};
  inside_->AddLoad(std::move(load), absl::StrFormat("%d bytes at 0x%x", bytes.size(), at));
}

void Machine::LoadFile(uint64_t at, std::string_view path) {
  LoadSpec load{.at = {.value = at, .place = {}}, .bytes = {}, .file = {}};
  load.file.emplace().value = path;
  inside_->AddLoad(std::move(load), absl::StrFormat("%s at 0x%x", Value(path).yaml(), at));
}

void Machine::Boot(const Settings& settings) {
  for (const Setting& setting : settings) {
    inside_->Add(Inside::kBoot, setting.key, setting.value);
  }
}

std::string Machine::Check() const { return inside_->Check(); }

Outcome Machine::Run(const RunOptions& options) { return inside_->Run(options); }

void Machine::Stop() { inside_->Stop(); }

}  // namespace cardcage::embed
