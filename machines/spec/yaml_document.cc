// SPDX-License-Identifier: MIT
#include "machines/spec/yaml_document.h"

#include <algorithm>
#include <bit>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "yaml-cpp/depthguard.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace cardcage {
namespace {

Place ToPlace(const YAML::Mark& mark, size_t length = 1) {
  if (mark.is_null()) return {.line = 1, .column = 1};
  return {.line = mark.line + 1,
          .column = mark.column + 1,
          .length = static_cast<int>(std::min<size_t>(length, 1000))};
}

constexpr const char* kTooDeep = "nested too deeply: no machine file needs so many levels";

// Builds the tree from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  // Anchors and aliases copy what they stand for; this bounds what a small file can grow to.
  static constexpr size_t kMaxNodes = 200000;
  static constexpr size_t kMaxLevels = 1000;  // the parser's own bound is below it

  explicit Builder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  YamlNode& root() { return root_; }
  bool failed() const { return failed_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.place = ToPlace(mark);
    Finish(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      diagnostics_.Error(ToPlace(mark), "an alias to something that it is part of");
      failed_ = true;
      Finish({}, 0);
      return;
    }
    if (!CountCopy(found->second, ToPlace(mark))) {
      Finish({}, 0);
      return;
    }
    YamlNode copy = found->second;
    copy.place = ToPlace(mark);
    Finish(std::move(copy), 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.quoted = tag == "!";
    node.place = ToPlace(mark, value.size() + (node.quoted ? 2 : 0));
    node.scalar = value;
    RefuseTag(tag, node.place);
    Finish(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Start(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Start(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { End(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    std::optional<YamlNode> key;
    std::map<std::string, Place> keys;
  };

  struct Extent {
    size_t nodes = 1;
    size_t levels = 1;
  };
  static Extent Measure(const YamlNode& node) {
    Extent extent;
    const auto add = [&extent](const YamlNode& part) {
      const Extent inner = Measure(part);
      extent.nodes += inner.nodes;
      extent.levels = std::max(extent.levels, 1 + inner.levels);
    };
    for (const YamlNode& item : node.list) add(item);
    for (const YamlNode::Entry& entry : node.map) {
      ++extent.nodes;
      add(entry.value);
    }
    return extent;
  }

  // Whether there is room for one more copy of the node.
  bool CountCopy(const YamlNode& node, Place place) {
    if (failed_) return false;  // measuring again and again would take its time, too
    const Extent extent = Measure(node);
    nodes_ += extent.nodes;
    if (nodes_ > kMaxNodes) {
      diagnostics_.Error(place, "anchors and aliases blow the file up beyond all bounds");
      failed_ = true;
    } else if (open_.size() + extent.levels > kMaxLevels) {
      diagnostics_.Error(place, kTooDeep);
      failed_ = true;
    }
    return !failed_;
  }

  void RefuseTag(const std::string& tag, Place place) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    constexpr std::string_view kStandard = "tag:yaml.org,2002:";  // written as !!
    const bool is_standard = tag.starts_with(kStandard);
    diagnostics_.Error(place,
                       absl::StrCat("tag ", is_standard ? "!!" + tag.substr(kStandard.size()) : tag,
                                    ": a machine file has no tags"),
                       "leave it out");
  }
  void Start(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    Open open;
    open.node.kind = kind;
    open.node.place = ToPlace(mark);
    open.anchor = anchor;
    RefuseTag(tag, open.node.place);
    open_.push_back(std::move(open));
  }
  void End() {
    Open open = std::move(open_.back());
    open_.pop_back();
    Finish(std::move(open.node), open.anchor);
  }

  // A node is whole: it goes to where it belongs.
  void Finish(YamlNode node, YAML::anchor_t anchor) {
    ++nodes_;
    if (anchor != 0) anchors_[anchor] = CountCopy(node, node.place) ? node : YamlNode();
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kList) {
      parent.node.list.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      AddEntry(parent, std::move(node));
    }
  }
  void AddEntry(Open& parent, YamlNode value) {
    YamlNode key = *std::move(parent.key);
    parent.key.reset();
    if (key.kind != YamlNode::Kind::kScalar) {
      diagnostics_.Error(key.place, "a key must be a plain word");
      return;
    }
    if (key.scalar == "<<" && !key.quoted) {
      diagnostics_.Error(key.place, "merge key `<<`: a machine file has none",
                         "write the keys out, or use an alias for a whole value");
      return;
    }
    const auto [first, is_new] = parent.keys.emplace(key.scalar, key.place);
    if (!is_new) {
      diagnostics_.Error(key.place, absl::StrCat("duplicate key `", key.scalar, "`"));
      diagnostics_.Note(first->second, "it is here already");
      return;
    }
    // What was left empty stands where the next thing does: it is shown at its key.
    if (value.kind == YamlNode::Kind::kNull && value.place.line != key.place.line) {
      value.place = key.place;
    }
    parent.node.map.push_back({std::move(key), std::move(value)});
  }

  Diagnostics& diagnostics_;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  size_t nodes_ = 0;
  bool failed_ = false;
};

// The second document, of which nothing is wanted but where it begins.
class Ignore final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { place = ToPlace(mark, 3); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
  Place place;
};

// Where the first byte is that does not belong to a character of UTF-8 (RFC 3629); npos where all do.
size_t FindNoUtf8(std::string_view text) {
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // of a character with so many bytes
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<uint8_t>(text[i]);
    const auto ones = static_cast<size_t>(std::countl_one(first));
    const size_t length = ones == 0 ? 1 : ones;
    if (ones == 1 || length > 4 || length > text.size() - i) return i;
    uint32_t code = ones == 0 ? first : first & (0x7fu >> ones);
    for (const char c : text.substr(i + 1, length - 1)) {
      const auto byte = static_cast<uint8_t>(c);
      if (byte >> 6 != 2) return i;
      code = code << 6 | (byte & 0x3fu);
    }
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < kLeast[length] || code > 0x10ffff || is_surrogate) return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<YamlNode> ParseYaml(const Source& source, Diagnostics& diagnostics) {
  if (const size_t zero = source.text.find('\0'); zero != std::string::npos) {
    diagnostics.Error({}, absl::StrCat("this is no text: byte ", zero + 1, " is 0"));
    return std::nullopt;
  }
  if (const size_t wrong = FindNoUtf8(source.text); wrong != std::string::npos) {
    diagnostics.Error({}, absl::StrCat("this is no text: byte ", wrong + 1, " is no UTF-8"),
                      "save it as UTF-8");
    return std::nullopt;
  }
  Builder builder(diagnostics);
  try {
    std::istringstream stream(source.text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.Error({.line = 1, .column = 1}, "the file is empty",
                        "a machine file begins with `cardcage: 1`");
      return std::nullopt;
    }
    Ignore second;
    if (parser.HandleNextDocument(second)) {
      diagnostics.Error(second.place, "a second document: a machine file is one",
                        "leave out the line `---` and what follows");
    }
  } catch (const YAML::DeepRecursion& e) {
    diagnostics.Error(ToPlace(e.mark), kTooDeep);
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    diagnostics.Error(ToPlace(e.mark), absl::StrCat("not YAML: ", e.msg));
    return std::nullopt;
  }
  if (builder.failed()) return std::nullopt;
  return std::move(builder.root());
}

}  // namespace cardcage
