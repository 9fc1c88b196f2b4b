// SPDX-License-Identifier: MIT
#include "framework/plugin/manifest.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kGood[] = R"({
  "manifest": 1,
  "file": "dice.so",
  "build_id": "6a09e667f3bcc908",
  "abi": "0.3",
  "needs": "0.1",
  "plugin": "dice",
  "version": "1.0.0",
  "license": "MIT",
  "types": [
    {
      "id": "acme.dice",
      "summary": "a die: read to throw it"
    }
  ]
}
)";

// The same with one thing changed, which is there once.
std::string Changed(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string Refusal(const std::string& text) {
  const auto manifest = ParseManifest(text);
  EXPECT_FALSE(manifest.ok()) << text;
  return std::string(manifest.status().message());
}

TEST(Manifest, IsReadWhole) {
  const auto manifest = ParseManifest(kGood);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->file, "dice.so");
  EXPECT_EQ(manifest->build_id, "6a09e667f3bcc908");
  EXPECT_EQ(manifest->abi, "0.3");
  EXPECT_EQ(manifest->needs, "0.1");
  EXPECT_EQ(manifest->plugin, "dice");
  EXPECT_EQ(manifest->version, "1.0.0");
  EXPECT_EQ(manifest->license, "MIT");
  ASSERT_THAT(manifest->types, SizeIs(1));
  EXPECT_EQ(manifest->types[0].id, "acme.dice");
  EXPECT_EQ(manifest->types[0].summary, "a die: read to throw it");
}

TEST(Manifest, IsWrittenAsItIsRead) {
  const auto manifest = ParseManifest(kGood);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(ManifestText(*manifest), kGood);
}

TEST(Manifest, IsMadeOfThePluginsEntry) {
  const cardcage_type type{.struct_size = sizeof(type), .id = "acme.dice", .summary = nullptr};
  const cardcage_type* const types[] = {&type};
  const cardcage_plugin plugin{.struct_size = sizeof(plugin),
                               .magic = CARDCAGE_ABI_MAGIC,
                               .abi_major = 0,
                               .abi_minor = 7,
                               .needs_minor = 2,
                               .reserved = 0,
                               .name = "dice",
                               .version = "1.0.0",
                               .license = nullptr,
                               .types = types,
                               .type_count = 1,
                               .reserved2 = 0};
  const Manifest manifest = ManifestOf(plugin, "build/plugins/dice.so", "0123");
  EXPECT_EQ(manifest.file, "dice.so");
  EXPECT_EQ(manifest.abi, "0.7");
  EXPECT_EQ(manifest.needs, "0.2");
  EXPECT_TRUE(ParseManifest(ManifestText(manifest)).ok());
}

TEST(Manifest, LiesBesideItsFile) {
  EXPECT_EQ(ManifestPath("a/b/dice.so"), "a/b/dice.manifest.json");
  EXPECT_EQ(ManifestPath("dice.so.1"), "dice.so.1.manifest.json");
}

TEST(Manifest, KeysOfALaterReleaseAreSkipped) {
  EXPECT_TRUE(ParseManifest(Changed("\"types\"", "\"colour\": [1, {}], \"types\"")).ok());
}

TEST(Manifest, WhatIsNoObjectIsSaid) {
  for (const char* text : {"", " ", "[]", "1", "{", "{\"manifest\": 1,}", "\xff", "not at all"}) {
    EXPECT_EQ(Refusal(text), "it is no JSON object") << text;
  }
  EXPECT_EQ(Refusal(std::string(1000, '[')), "it is no JSON object");
  EXPECT_EQ(Refusal(std::string(kGood).substr(0, 200)), "it is no JSON object");
}

TEST(Manifest, OtherFormatIsSaidWithBoth) {
  EXPECT_EQ(Refusal(Changed("\"manifest\": 1", "\"manifest\": 2")),
            "its format is 2, this program reads 1");
  EXPECT_EQ(Refusal(Changed("\"manifest\": 1", "\"manifest\": \"1\"")), "it has no `manifest`");
  EXPECT_EQ(Refusal(Changed("\"manifest\": 1,", "")), "it has no `manifest`");
}

TEST(Manifest, EachTextMustBeThere) {
  for (const char* key : {"file", "build_id", "abi", "needs", "plugin", "version", "license"}) {
    const std::string quoted = absl::StrCat("\"", key, "\": ");
    EXPECT_EQ(Refusal(Changed(quoted, absl::StrCat("\"no-", key, "\": "))),
              absl::StrCat("the `", key, "` of the manifest is missing"));
    EXPECT_EQ(Refusal(Changed(quoted, absl::StrCat(quoted, "7, \"was\": "))),
              absl::StrCat("the `", key, "` of the manifest is no text"));
  }
  EXPECT_EQ(Refusal(Changed("\"dice\"", "\"\"")), "the `plugin` of the manifest is empty");
  EXPECT_TRUE(ParseManifest(Changed("\"MIT\"", "\"\"")).ok());
}

TEST(Manifest, TextsFitOnATerminal) {
  for (const char* text : {R"(\u001b[2J)", R"(a\nb)", R"(\u0000)", R"(\u009b2J)", R"(\u007f)"}) {
    EXPECT_THAT(Refusal(Changed("a die: read to throw it", text)), HasSubstr("control characters"))
        << text;
  }
  EXPECT_TRUE(ParseManifest(Changed("a die: read", "ein Würfel, 骰子\u00a0🎲")).ok());
}

TEST(Manifest, TextsAreBounded) {
  const std::string most(kMostManifestText, 'x');
  EXPECT_TRUE(ParseManifest(Changed("a die: read to throw it", most)).ok());
  EXPECT_EQ(Refusal(Changed("a die: read to throw it", most + "x")),
            "the `summary` of a type has more than 256 bytes");
}

TEST(Manifest, TypesAreAListOfObjectsWithIds) {
  EXPECT_EQ(Refusal(Changed("\"types\"", "\"kinds\"")), "its `types` are no list");
  EXPECT_EQ(Refusal(Changed("\"types\": [", "\"types\": 1, \"was\": [")),
            "its `types` are no list");
  EXPECT_EQ(Refusal(Changed("\"types\": [", "\"types\": [ [],")), "one of its types is no object");
  EXPECT_EQ(Refusal(Changed("\"id\"", "\"di\"")), "the `id` of a type is missing");
  EXPECT_EQ(Refusal(Changed("acme.dice", "")), "the `id` of a type is empty");
  EXPECT_EQ(Refusal(Changed("acme.dice", "a b")), "`a b` is no type: letters, digits, . - and _");
}

TEST(Manifest, SameTypeTwiceIsSaid) {
  const std::string twin = R"("types": [ { "id": "acme.dice", "summary": "" },)";
  EXPECT_EQ(Refusal(Changed("\"types\": [", twin)), "it has type acme.dice twice");
}

TEST(Manifest, SizeIsBounded) {
  std::string types = "\"types\": [";
  for (size_t i = 0; i < kMostManifestTypes; ++i) {
    absl::StrAppend(&types, "{ \"id\": \"t", i, "\", \"summary\": \"\" },");
  }
  EXPECT_EQ(Refusal(Changed("\"types\": [", types)), "it has more than 256 types");
  const std::string blanks(kMostManifestBytes - std::string(kGood).size(), ' ');
  EXPECT_TRUE(ParseManifest(kGood + blanks).ok());
  EXPECT_EQ(Refusal(kGood + blanks + " "), "it has more than 65536 bytes");
}

// However it is cut or spoiled, it is read or refused.
TEST(Manifest, DamageIsSurvived) {
  const std::string good = kGood;
  for (size_t at = 0; at < good.size(); ++at) {
    (void)ParseManifest(good.substr(0, at));
    for (const char byte : {'\0', '"', '{', '9', '\x80'}) {
      std::string damaged = good;
      damaged[at] = byte;
      const auto manifest = ParseManifest(damaged);
      if (!manifest.ok()) {
        EXPECT_NE(manifest.status().message(), "");
      }
    }
  }
}

}  // namespace
}  // namespace cardcage
