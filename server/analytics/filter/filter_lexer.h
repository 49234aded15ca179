#ifndef STRATA_SERVER_ANALYTICS_FILTER_FILTER_LEXER_H_
#define STRATA_SERVER_ANALYTICS_FILTER_FILTER_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// The words of the filter language.

namespace strata::analytics::filter {

// INVALID_ARGUMENT at a byte of the filter, with the payload that filter.h describes.
absl::Status FilterError(size_t position, absl::string_view message,
                         const std::vector<std::string>& nearest = {});

struct FilterToken {
  enum class Kind : uint8_t {
    kEnd,
    kWord,
    kString,
    kOpen,
    kClose,
    kMinus,
    kAnd,
    kOr,
    kNot,
    kOperator,
  };
  Kind kind = Kind::kEnd;
  size_t position = 0;  // of its first byte
  // The word, the operator, or the string without quotes and escapes.
  std::string text;
  // Stars of a word or string that no backslash escapes.
  int stars = 0;
  bool ends_with_star = false;
};

// Reads a text word by word.
class FilterLexer {
 public:
  explicit FilterLexer(absl::string_view text) : text_(text) {}

  // The next token. As a literal, a minus sign before a digit or a point begins a number and AND,
  // OR and NOT are plain words; elsewhere a minus sign stands for NOT.
  absl::StatusOr<FilterToken> Next(bool literal);

 private:
  absl::StatusOr<FilterToken> ReadString(FilterToken token);
  FilterToken ReadWord(FilterToken token, bool literal);
  void ReadOperator(FilterToken& token);
  char At(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  absl::string_view text_;
  size_t next_ = 0;
};

}  // namespace strata::analytics::filter

#endif  // STRATA_SERVER_ANALYTICS_FILTER_FILTER_LEXER_H_
