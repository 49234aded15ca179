#include "client/cli/present/display_width.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace strata::cli {
namespace {

constexpr absl::string_view kColourStart = "\x1b[", kColoursOff = "\x1b[0m";
constexpr int32_t kEmojiSelector = 0xFE0F;

// What is printed as one: a character as readers see it, or a colour being switched.
struct Piece {
  size_t bytes = 0;
  int width = 0;
  bool colour = false;
};

// "\x1b[1m", "\x1b[0m" ... at the front of `text`; 0 for anything else.
size_t ColourBytes(absl::string_view text) {
  if (!absl::StartsWith(text, kColourStart)) return 0;
  const size_t end = text.find_first_not_of("0123456789;", kColourStart.size());
  return end != absl::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

// A mark beside its letter takes a column in terminals, unlike one above or below it.
int WidthOf(int32_t code) {
  if (code < 0x300) return 1;
  if (utf8proc_category(code) == UTF8PROC_CATEGORY_MC) return 1;
  return utf8proc_charwidth(code);
}

// Whether `code` joins the consonant before it: a letter behind a virama, in the scripts of India
// [Unicode Standard Annex 29, rule GB9c, which utf8proc 2.8 does not know yet].
bool IsConjunct(int32_t before, int32_t code) {
  constexpr int kVirama = 9;  // the canonical combining class
  return code >= 0x0900 && code <= 0x0DFF && utf8proc_category(code) == UTF8PROC_CATEGORY_LO &&
         before >= 0x0900 && before <= 0x0DFF &&
         utf8proc_get_property(before)->combining_class == kVirama;
}

// An emoji selector makes a sign that is text by nature an emoji.
bool BecomesEmoji(int32_t before) {
  return utf8proc_get_property(before)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
         (before >= '0' && before <= '9') || before == '#' || before == '*';
}

// What stands at the front of `text`, which is not empty.
Piece FirstPiece(absl::string_view text) {
  if (const size_t bytes = ColourBytes(text); bytes > 0) return {bytes, 0, true};
  const Character first = FirstCharacter(text);
  if (first.code == Character::kInvalid) return {1, 1};
  Piece piece = {first.bytes, WidthOf(first.code)};
  int32_t before = first.code, state = 0;
  while (piece.bytes < text.size()) {
    const Character next = FirstCharacter(text.substr(piece.bytes));
    if (next.code == Character::kInvalid) break;
    const bool breaks = utf8proc_grapheme_break_stateful(before, next.code, &state) != 0;
    if (breaks && !IsConjunct(before, next.code)) break;
    piece.width += next.code == kEmojiSelector && BecomesEmoji(before) ? 1 : WidthOf(next.code);
    piece.bytes += next.bytes;
    before = next.code;
  }
  piece.width = std::min(piece.width, 2);
  return piece;
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Piece piece = FirstPiece(text);
    width += piece.width;
    text.remove_prefix(piece.bytes);
  }
  return width;
}

std::string Pad(absl::string_view text, int width, Align align) {
  const std::string blanks(std::max(0, width - DisplayWidth(text)), ' ');
  return align == Align::kLeft ? absl::StrCat(text, blanks) : absl::StrCat(blanks, text);
}

size_t FittingBytes(absl::string_view text, int width) {
  absl::string_view rest = text;
  int used = 0;
  while (!rest.empty()) {
    const Piece piece = FirstPiece(rest);
    used += piece.width;
    if (used > width && rest.size() < text.size()) break;
    rest.remove_prefix(piece.bytes);
  }
  return text.size() - rest.size();
}

std::vector<std::string> WrappedLines(absl::string_view text, absl::string_view mark, int width) {
  constexpr int kLeast = 10;  // columns of text beside whatever mark
  const int indent = DisplayWidth(mark);
  const int room = width > 0 ? std::max(width - indent, kLeast) : 0;
  std::vector<std::string> lines;
  do {
    size_t end = text.size();
    if (room > 0 && DisplayWidth(text) > room) {
      end = FittingBytes(text, room);
      // A blank right behind what fits is a good place, too.
      const size_t blank = text.substr(0, end + 1).rfind(' ');
      if (blank != absl::string_view::npos && blank > 0) end = blank;
    }
    const std::string front =
        lines.empty() ? std::string(mark) : std::string(static_cast<size_t>(indent), ' ');
    lines.push_back(absl::StrCat(front, text.substr(0, end)));
    text.remove_prefix(end);
    absl::ConsumePrefix(&text, " ");
  } while (!text.empty());
  return lines;
}

std::string Truncate(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  int used = 1;  // the ellipsis
  bool coloured = false;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const Piece piece = FirstPiece(rest);
    used += piece.width;
    if (used > width) break;
    if (piece.colour) coloured = rest.substr(0, piece.bytes) != kColoursOff;
    rest.remove_prefix(piece.bytes);
  }
  return absl::StrCat(text.substr(0, text.size() - rest.size()), "…", coloured ? kColoursOff : "");
}

}  // namespace strata::cli
