#include "client/cli/import/csv/csv_encoding.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace strata::imports {
namespace {

// Reads `bytes` in pieces of `piece` bytes, as a file without a named encoding.
std::unique_ptr<TextDecoder> Decoded(const std::string& bytes, size_t piece, std::string* text) {
  auto decoder = TextDecoder::Create("", bytes);
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  for (size_t at = 0; at < bytes.size(); at += piece) {
    (*decoder)->Decode(bytes.substr(at, piece), at + piece >= bytes.size(), text);
  }
  return *std::move(decoder);
}

std::string Suggestion(const std::string& bytes, size_t piece = 1 << 18) {
  std::string text;
  return Decoded(bytes, piece, &text)->Suggestion();
}

TEST(TextDecoderTest, PiecesEndAnywhere) {
  const std::string bytes = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 \xE9t\xE9\xE2\x82";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    std::string text;
    Decoded(bytes, piece, &text);
    EXPECT_EQ(text, "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 \xFFt\xFF\xFF\xFF") << piece;
  }
}

TEST(TextDecoderTest, WhatIsNoUtf8IsBad) {
  for (const std::string bytes : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                  "\x80", "\xF8\x88\x80\x80\x80"}) {
    std::string text;
    Decoded(bytes, bytes.size(), &text);
    EXPECT_EQ(text, std::string(bytes.size(), kBadByte));
  }
}

// Rows of names as iconv writes them in each encoding.
TEST(SuggestionTest, NamesEncodingsOfOtherAlphabets) {
  const struct {
    const char* bytes;
    const char* name;
  } cases[] = {
      {"n\n\xCC\xEE\xF1\xEA\xE2\xE0\n\xCA\xE0\xE7\xE0\xED\xFC\n", "WINDOWS-1251"},  // Moskva, Kazan
      {"n\n\xED\xCF\xD3\xCB\xD7\xC1\n\xEB\xC1\xDA\xC1\xCE\xD8\n", "KOI8-R"},
      {"n\n\xC1\xE8\xDE\xED\xE1\n\xD0\xDC\xF4\xF1\xE1\n\xCB\xDC\xF1\xE9\xF3\xE1\n",
       "ISO-8859-7"},  // Athina, Patra, Larisa
      {"n\n\x93\x8C\x8B\x9E\n\x91\xE5\x8D\xE3\n\x96\xBC\x8C\xC3\x89\xAE\n",
       "SHIFT_JIS"},                                                       // Tokyo, Osaka, Nagoya
      {"n\n\xBC\xAD\xBF\xEF\n\xB4\xEB\xC7\xD1\xB9\xCE\xB1\xB9\n", "UHC"},  // Seoul, Korea
      {"n\n\xB1\xB1\xBE\xA9\n\xC9\xCF\xBA\xA3\n\xB9\xE3\xD6\xDD\n",
       "GB18030"},  // Beijing, Shanghai, Guangzhou
  };
  for (const auto& [bytes, name] : cases) {
    EXPECT_EQ(Suggestion(bytes), name);
    EXPECT_TRUE(TextDecoder::Create(Suggestion(bytes), "").ok()) << name;
  }
}

TEST(SuggestionTest, LatinLettersAreOfWindowsOrDos) {
  EXPECT_EQ(Suggestion("n\nM\xFCller\nSch\xE4"
                       "fer\nGro\xDF\n"),
            "WINDOWS-1252");
  EXPECT_EQ(Suggestion("n\nM\x81ller\nSch\x84"
                       "fer\nGro\xE1\n"),
            "CP437");
}

TEST(SuggestionTest, NothingIsSuggestedForUtf8OrWhenNothingFits) {
  EXPECT_EQ(Suggestion("n\nCaf\xC3\xA9\n"), "");
  EXPECT_EQ(Suggestion("n\nascii\n"), "");
}

TEST(SuggestionTest, LooksBehindALongBeginningInAscii) {
  std::string bytes = "n\n";
  for (int i = 0; i < 50'000; ++i) absl::StrAppend(&bytes, "row ", i, "\n");
  EXPECT_EQ(Suggestion(bytes + "\xED\xCF\xD3\xCB\xD7\xC1\n\xEB\xC1\xDA\xC1\xCE\xD8\n"), "KOI8-R");
}

}  // namespace
}  // namespace strata::imports
