#include "server/image/dictionary.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace strata::image {
namespace {

TEST(TextList, KeepsTextsOfAllLengthsWhereTheyAre) {
  TextList list;
  std::vector<absl::string_view> seen;
  std::vector<std::string> expected;
  for (size_t length : {0, 1, 100, 254, 255, 256, 1'000, 65'535, 65'536, 0, 7}) {
    expected.push_back(std::string(length, static_cast<char>('a' + expected.size())));
    EXPECT_EQ(list.Append(expected.back()), expected.size() - 1);
    seen.push_back(list[expected.size() - 1]);
  }
  for (int i = 0; i < 100'000; ++i) {
    expected.push_back(absl::StrCat("text ", i));
    list.Append(expected.back());
  }
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(list[i], expected[i]);
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(list[i].data(), seen[i].data());
}

TEST(TextList, TruncateForgetsEntriesAndTheirMemory) {
  TextList list;
  for (int i = 0; i < 100; ++i) list.Append(absl::StrCat("kept ", i));
  const absl::string_view kept = list[99];
  // One round to bring the memory to its steady state.
  size_t steady = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 10'000; ++i) list.Append(i % 7 == 0 ? "" : absl::StrCat("gone ", i, round));
    list.Truncate(100);
    if (round == 0) steady = list.MemoryBytes();
  }
  EXPECT_EQ(list.size(), 100);
  EXPECT_EQ(list.MemoryBytes(), steady);
  EXPECT_EQ(list.Append("next"), 100);
  EXPECT_EQ(list[100], "next");
  EXPECT_EQ(list[99], "kept 99");
  EXPECT_EQ(list[99].data(), kept.data());
  list.Truncate(500);  // beyond the end: nothing to forget
  EXPECT_EQ(list.size(), 101);
}

TEST(Dictionary, GivesEachTextOneCode) {
  Dictionary dictionary;
  EXPECT_EQ(dictionary.size(), 1);
  EXPECT_EQ(dictionary.Intern(""), kAbsent);
  EXPECT_EQ(dictionary.Text(kAbsent), "");
  EXPECT_EQ(dictionary.Find(""), kAbsent);
  EXPECT_EQ(dictionary.Find("a"), std::nullopt);
  for (Code code = 1; code <= 5'000; ++code) {
    EXPECT_EQ(dictionary.Intern(absl::StrCat("text", code)), code);
  }
  for (Code code = 1; code <= 5'000; ++code) {
    ASSERT_EQ(dictionary.Intern(absl::StrCat("text", code)), code);
    ASSERT_EQ(dictionary.Find(absl::StrCat("text", code)), code);
    ASSERT_EQ(dictionary.Text(code), absl::StrCat("text", code));
  }
  EXPECT_EQ(dictionary.size(), 5'001);
  EXPECT_EQ(dictionary.Find("text"), std::nullopt);
}

TEST(Dictionary, IsReadWhileItGrows) {
  Dictionary dictionary;
  constexpr Code kLast = 20'000;
  std::thread reader([&dictionary] {
    Code size = 0;
    while (size <= kLast) {
      size = dictionary.size();
      for (Code code = size > 100 ? size - 100 : 1; code < size; ++code) {
        ASSERT_EQ(dictionary.Text(code), absl::StrCat("text", code));
        ASSERT_EQ(dictionary.Find(absl::StrCat("text", code)), code);
      }
    }
  });
  for (Code code = 1; code <= kLast; ++code) dictionary.Intern(absl::StrCat("text", code));
  reader.join();
}

}  // namespace
}  // namespace strata::image
