#include "server/domain/nearest_names.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/domain/unicode.h"

namespace strata {
namespace {

constexpr size_t kShown = 3;
constexpr size_t kLongestCompared = 100;  // an edit distance costs the product of the lengths

bool SameLetter(char a, char b) {
  return absl::ascii_tolower(static_cast<unsigned char>(a)) ==
         absl::ascii_tolower(static_cast<unsigned char>(b));
}

std::vector<absl::string_view> WordsOf(absl::string_view text) {
  return absl::StrSplit(text, absl::ByAnyChar(" -./&,_"), absl::SkipEmpty());
}

absl::string_view FirstLetter(absl::string_view word) {
  return word.substr(0, FirstCharacter(word).bytes);
}

// "us" of "United States", "usa" of "United States of America": of words that begin with a capital,
// if there are any.
std::string InitialsOf(absl::string_view text) {
  std::string all, capitals;
  for (const absl::string_view word : WordsOf(text)) {
    const absl::string_view letter = FirstLetter(word);
    absl::StrAppend(&all, letter);
    if (FoldedForm(letter) != letter) absl::StrAppend(&capitals, letter);
  }
  return FoldedForm(capitals.size() > 1 ? capitals : all);
}

// "jp" of "japan": the letters of a short code in their order, the first one first.
bool IsCodeOf(absl::string_view code, absl::string_view name) {
  if (code.size() < 2 || code.size() > 3 || name.size() <= code.size() || code[0] != name[0]) {
    return false;
  }
  size_t at = 0;
  for (const char c : name) at += at < code.size() && c == code[at];
  return at == code.size();
}

// A text in the forms that are compared.
struct Forms {
  explicit Forms(absl::string_view text)
      : folded(FoldedForm(text.substr(0, kLongestCompared))),
        initials(InitialsOf(text.substr(0, kLongestCompared))) {
    if (initials.size() < 2) initials.clear();
    // "U.S." is written without its points as well.
    letters = folded;
    letters.erase(std::remove(letters.begin(), letters.end(), '.'), letters.end());
  }
  std::string folded, letters, initials;
};

// What speaks for one text standing for another, the strongest first. To kEdits their number is
// added.
enum : size_t {
  kSame = 0,
  kSlip = 10,
  kInitials = 20,
  kBeginning = 30,
  kPartOfInitials = 40,
  kNearBeginning = 45,
  kEdits = 50,
  kInside = 100,
  kCode = 110,
};

// How unlikely it is that `a` stands for `b`; nullopt when nothing speaks for it.
std::optional<size_t> Unlikeness(const Forms& a, const Forms& b) {
  const auto either = [&](auto holds) { return holds(a, b) || holds(b, a); };
  if (a.folded == b.folded) return kSame;
  if (a.folded.empty() || b.folded.empty()) return std::nullopt;
  const size_t shorter = std::min(a.folded.size(), b.folded.size());
  const size_t longer = std::max(a.folded.size(), b.folded.size());
  const size_t allowed = std::max<size_t>(1, longer / 3);
  // Lengths bound the distance from below.
  const size_t edits = longer - shorter > allowed ? longer : EditDistance(a.folded, b.folded);
  if (edits == 1 && shorter > 3) return kSlip;
  if (either([](const Forms& x, const Forms& y) { return x.letters == y.initials; })) {
    return kInitials;
  }
  if (shorter > 1 &&
      either([](const Forms& x, const Forms& y) { return absl::StartsWith(y.folded, x.folded); })) {
    return kBeginning;
  }
  if (either([](const Forms& x, const Forms& y) {
        return x.letters.size() > 1 && y.initials.size() > 1 && x.letters.size() < 5 &&
               (absl::StartsWith(y.initials, x.letters) || absl::StartsWith(x.letters, y.initials));
      })) {
    return kPartOfInitials;
  }
  if (shorter > 3 && either([](const Forms& x, const Forms& y) {
        return x.folded.size() < y.folded.size() &&
               EditDistance(x.folded, absl::string_view(y.folded).substr(0, x.folded.size())) <=
                   x.folded.size() / 3;
      })) {
    return kNearBeginning;
  }
  if (edits <= allowed) return kEdits + std::min<size_t>(edits, kInside - kEdits - 1);
  if (shorter > 2 && either([](const Forms& x, const Forms& y) {
        return absl::StrContains(y.folded, x.folded);
      })) {
    return kInside;
  }
  if (either([](const Forms& x, const Forms& y) { return IsCodeOf(x.letters, y.folded); })) {
    return kCode;
  }
  return std::nullopt;
}

}  // namespace

size_t EditDistance(absl::string_view a, absl::string_view b) {
  a = a.substr(0, kLongestCompared);
  b = b.substr(0, kLongestCompared);
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (SameLetter(a[i], b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::vector<absl::string_view> NearestNames(absl::string_view name,
                                            absl::Span<const absl::string_view> names) {
  std::vector<std::pair<size_t, absl::string_view>> ranked;
  ranked.reserve(names.size());
  for (const absl::string_view one : names) ranked.emplace_back(EditDistance(name, one), one);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<absl::string_view> nearest;
  for (const auto& [distance, one] : ranked) {
    if (nearest.size() == kShown) break;
    nearest.push_back(one);
  }
  return nearest;
}

std::vector<absl::string_view> LikelyMeant(absl::string_view text,
                                           absl::Span<const absl::string_view> texts) {
  const Forms wanted(text);
  std::vector<std::pair<size_t, absl::string_view>> ranked;
  for (const absl::string_view one : texts) {
    const std::optional<size_t> unlikeness = Unlikeness(wanted, Forms(one));
    if (unlikeness.has_value()) ranked.emplace_back(*unlikeness, one);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<absl::string_view> likely;
  for (const auto& [unlikeness, one] : ranked) {
    // What is the same but for its case leaves no doubt, and a code is the last thing to think of:
    // others beside a better one would only distract.
    const size_t best = ranked.front().first;
    if ((unlikeness != kSame && best == kSame) || (unlikeness == kCode && best != kCode)) break;
    if (likely.size() == kShown) break;
    likely.push_back(one);
  }
  return likely;
}

std::string FoldedForm(absl::string_view text) {
  const auto with_single_blanks = [](std::string folded) {
    std::replace_if(
        folded.begin(), folded.end(),
        [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }, ' ');
    absl::RemoveExtraAsciiWhitespace(&folded);
    return folded;
  };
  std::string folded(text);
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<int8_t>(c) >= 0; })) {
    absl::AsciiStrToLower(&folded);
    return with_single_blanks(std::move(folded));
  }
  utf8proc_uint8_t* mapped = nullptr;
  constexpr auto kOptions = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const utf8proc_ssize_t bytes =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, kOptions);
  if (bytes >= 0) folded.assign(reinterpret_cast<const char*>(mapped), static_cast<size_t>(bytes));
  std::free(mapped);
  return with_single_blanks(std::move(folded));
}

}  // namespace strata
