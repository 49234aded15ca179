#include "server/analytics/filter/filter_lexer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/filter/filter.h"

namespace strata::analytics::filter {
namespace {

using Kind = FilterToken::Kind;

// Bytes of words: whatever needs no quotes. Bytes of other alphabets count.
bool IsWordByte(char c) {
  constexpr absl::string_view kPunctuation = "_-.+/@#&%$*";
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         (static_cast<unsigned char>(c) >= 0x80) ||
         (c != '\0' && kPunctuation.find(c) != absl::string_view::npos);
}

// “ ” ‘ ’ « » „ of word processors.
bool BeginsWithCurlyQuote(absl::string_view text) {
  constexpr absl::string_view kQuotes[] = {"“", "”", "‘", "’", "„", "«", "»"};
  return std::any_of(std::begin(kQuotes), std::end(kQuotes),
                     [text](absl::string_view quote) { return absl::StartsWith(text, quote); });
}

// What to write in the place of a byte that no word of the language begins with.
std::string WhyNot(char c) {
  switch (c) {
    case ',':
      return "',' has no meaning here; numbers have no separators (1000), and between comparisons "
             "stands AND or OR";
    case '|':
      return "'|' has no meaning here; write OR";
    case '`':
    case '[':
      return absl::StrCat("'", absl::string_view(&c, 1),
                          "' has no meaning here; names of fields have no quotes");
    default:
      break;
  }
  if (!absl::ascii_isprint(static_cast<unsigned char>(c))) {
    return "a control character has no meaning here";
  }
  return absl::StrCat("'", absl::string_view(&c, 1), "' has no meaning here; quote texts: \"...\"");
}

}  // namespace

absl::Status FilterError(size_t position, absl::string_view message,
                         const std::vector<std::string>& nearest) {
  std::string text = absl::StrCat("at position ", position, ": ", message);
  if (!nearest.empty()) absl::StrAppend(&text, "; nearest: ", absl::StrJoin(nearest, ", "));
  absl::Status status = absl::InvalidArgumentError(text);
  status.SetPayload(kFilterErrorPayload,
                    absl::Cord(absl::StrCat(position, "|", absl::StrJoin(nearest, ","))));
  return status;
}

absl::StatusOr<FilterToken> FilterLexer::Next(bool literal) {
  while (next_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[next_]))) {
    ++next_;
  }
  FilterToken token;
  token.position = next_;
  if (next_ == text_.size()) return token;
  const char c = text_[next_];
  switch (c) {
    case '(':
      token.kind = Kind::kOpen;
      break;
    case ')':
      token.kind = Kind::kClose;
      break;
    case '"':
    case '\'':
      return ReadString(std::move(token));
    case '=':
    case '!':
    case '<':
    case '>':
    case '~':
    case ':':
      ReadOperator(token);
      return token;
    case '-': {
      const char after = At(next_ + 1);
      const bool number = absl::ascii_isdigit(static_cast<unsigned char>(after)) || after == '.';
      if (literal && number) return ReadWord(std::move(token), literal);
      token.kind = Kind::kMinus;
      break;
    }
    default:
      if (BeginsWithCurlyQuote(text_.substr(next_))) {
        return FilterError(next_, "texts stand in straight quotes: \"...\"");
      }
      if (IsWordByte(c)) return ReadWord(std::move(token), literal);
      return FilterError(next_, WhyNot(c));
  }
  token.text = std::string(1, c);
  ++next_;
  return token;
}

void FilterLexer::ReadOperator(FilterToken& token) {
  token.kind = Kind::kOperator;
  const size_t begin = next_++;
  // As far as signs of operators go, so that those of other languages are known by their names.
  constexpr absl::string_view kSigns = "=<>~";
  while (At(next_) != '\0' && kSigns.find(At(next_)) != absl::string_view::npos) ++next_;
  token.text = std::string(text_.substr(begin, next_ - begin));
}

FilterToken FilterLexer::ReadWord(FilterToken token, bool literal) {
  const size_t begin = next_;
  const auto read = [this] {
    while (next_ < text_.size() && IsWordByte(text_[next_])) ++next_;
  };
  read();
  const absl::string_view first = text_.substr(begin, next_ - begin);
  // The ids of attributes and segments hold a colon of their own.
  if (!literal && (first == "attribute" || first == "segment") && At(next_) == ':' &&
      IsWordByte(At(next_ + 1)) && At(next_ + 1) != '*') {
    ++next_;
    read();
  }
  token.kind = Kind::kWord;
  token.text = std::string(text_.substr(begin, next_ - begin));
  for (const char c : token.text) token.stars += c == '*';
  token.ends_with_star = token.text.back() == '*';
  if (literal) return token;
  if (token.text == "AND") token.kind = Kind::kAnd;
  if (token.text == "OR") token.kind = Kind::kOr;
  if (token.text == "NOT") token.kind = Kind::kNot;
  return token;
}

absl::StatusOr<FilterToken> FilterLexer::ReadString(FilterToken token) {
  token.kind = Kind::kString;
  const char quote = text_[next_++];
  for (; next_ < text_.size(); ++next_) {
    char c = text_[next_];
    if (c == quote) {
      ++next_;
      return token;
    }
    token.ends_with_star = c == '*';
    token.stars += c == '*';
    if (c == '\\') {
      c = At(++next_);
      if (c != '\\' && c != '"' && c != '\'' && c != '*') {
        return FilterError(next_ - 1, "a backslash stands before \\, *, or a quote only");
      }
    }
    token.text.push_back(c);
  }
  return FilterError(token.position, "the text that begins here has no closing quote");
}

}  // namespace strata::analytics::filter
