#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "server/analytics/fields/coded_fact.h"
#include "server/analytics/filter/comparison_tables.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/filter/filter_node.h"
#include "server/domain/nearest_names.h"

namespace strata::analytics::filter {
namespace {

using Test = Comparison::Test;

// Of so many values all are compared; of more (ids, names, products) those that begin alike.
constexpr size_t kMostCompared = 20'000;
// Where nothing is like the text, a field of so many values at most tells the frequent ones.
constexpr size_t kMostTold = 100, kTold = 5;

// A value that occurs; how many customers have it, or 0 where nobody counted.
struct Known {
  absl::string_view text;
  int64_t customers = 0;
};

absl::string_view NounOf(fields::Grain grain) {
  switch (grain) {
    case fields::Grain::kCustomer:
      return "customer";
    case fields::Grain::kLine:
      return "order line";
    case fields::Grain::kTicket:
      return "ticket";
    case fields::Grain::kContract:
      return "contract";
    case fields::Grain::kSurvey:
      return "survey";
    default:
      return "order";
  }
}

std::string WithThousands(int64_t count) {
  std::string digits = absl::StrCat(count);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Told(const Known& known) {
  const std::string text = absl::StrCat("\"", known.text, "\"");
  if (known.customers == 0) return text;
  return absl::StrCat(text, " (", WithThousands(known.customers),
                      known.customers == 1 ? " customer)" : " customers)");
}

void CollectTexts(const Filter::Node& node, std::vector<const Comparison*>& found) {
  for (const Filter::Node& child : node.children) CollectTexts(child, found);
  if (node.kind != Filter::Node::Kind::kComparison) return;
  const Comparison& comparison = node.comparison;
  const bool looks_for_text =
      (comparison.test == Test::kText && comparison.op == FilterOperator::kEqual) ||
      ((comparison.test == Test::kPrefix || comparison.test == Test::kContains) &&
       !comparison.text.empty());
  if (looks_for_text) found.push_back(&comparison);
}

// Whether any value fulfils the comparison, negation apart: of != it is the value that has to be
// there.
bool Occurs(const Comparison& comparison, absl::Span<const std::string> texts) {
  return std::any_of(texts.begin() + (texts.empty() ? 0 : 1), texts.end(),
                     [&](const std::string& text) { return Fulfils(comparison, text); });
}
bool Occurs(const Comparison& comparison, const fields::FactTexts& texts) {
  if (comparison.test == Test::kText) {
    return !comparison.text.empty() && texts.Find(comparison.text).has_value();
  }
  for (uint32_t code = 1; code < texts.size(); ++code) {
    if (Fulfils(comparison, texts.Text(code))) return true;
  }
  return false;
}

// Whether a value is worth comparing with `text` where there are `values` of them.
bool WorthComparing(absl::string_view value, absl::string_view text, size_t values) {
  if (value.empty()) return false;  // not known, or a slot of nobody
  if (values <= kMostCompared) return true;
  return !text.empty() && absl::ascii_tolower(static_cast<unsigned char>(value[0])) ==
                              absl::ascii_tolower(static_cast<unsigned char>(text[0]));
}

// The values of a customer field, most frequent first; of a fixed list also those that nobody has.
std::vector<Known> ValuesOf(const fields::FeatureColumn& column, const std::vector<uint8_t>& exists,
                            absl::string_view text) {
  std::vector<int64_t> customers(column.texts.size());
  for (size_t slot = 0; slot < column.codes.size(); ++slot) {
    customers[column.codes[slot]] += exists[slot] != 0;
  }
  std::vector<Known> values;
  for (size_t code = 1; code < column.texts.size(); ++code) {
    if (WorthComparing(column.texts[code], text, column.texts.size())) {
      values.push_back({column.texts[code], customers[code]});
    }
  }
  std::sort(values.begin(), values.end(), [](const Known& a, const Known& b) {
    return a.customers != b.customers ? a.customers > b.customers : a.text < b.text;
  });
  return values;
}

std::vector<Known> ValuesOf(const fields::FactTexts& texts, absl::string_view text) {
  std::vector<Known> values;
  for (uint32_t code = 1; code < texts.size(); ++code) {
    if (WorthComparing(texts.Text(code), text, texts.size())) values.push_back({texts.Text(code)});
  }
  // Codes follow arrival, which must not show.
  std::sort(values.begin(), values.end(),
            [](const Known& a, const Known& b) { return a.text < b.text; });
  return values;
}

std::vector<absl::string_view> Likely(absl::string_view text, const std::vector<Known>& values) {
  std::vector<absl::string_view> texts;
  for (size_t i = 0; i < std::min(kMostCompared, values.size()); ++i) {
    texts.push_back(values[i].text);
  }
  return LikelyMeant(text, texts);
}

std::string Sentence(const Comparison& comparison, const std::vector<Known>& values) {
  const absl::string_view noun = NounOf(comparison.field->grain);
  std::string spelling = comparison.spelling;
  if (comparison.negated) {  // what it is the opposite of
    const size_t op = spelling.find("!=");
    spelling.erase(op, 1);
  }
  std::string sentence = absl::StrCat("no ", noun, " has ", spelling);
  std::vector<std::string> told;
  for (const absl::string_view text : Likely(comparison.text, values)) {
    const auto known = std::find_if(values.begin(), values.end(),
                                    [text](const Known& one) { return one.text == text; });
    told.push_back(Told(*known));
  }
  if (!told.empty()) return absl::StrCat(sentence, "; nearest: ", absl::StrJoin(told, ", "));
  if (values.empty()) return absl::StrCat(sentence, "; none has a value there");
  if (values.size() > kMostTold) return sentence;
  for (size_t i = 0; i < std::min(kTold, values.size()); ++i) told.push_back(Told(values[i]));
  return absl::StrCat(sentence, "; there is ", absl::StrJoin(told, ", "),
                      values.size() > kTold ? " ..." : "");
}

}  // namespace

std::vector<std::string> UnmatchedTexts(const Filter& filter, const image::Revision& revision,
                                        const fields::Features& features) {
  std::vector<std::string> sentences;
  std::vector<const Comparison*> comparisons;
  if (filter.root() != nullptr) CollectTexts(*filter.root(), comparisons);
  for (const Comparison* comparison : comparisons) {
    std::string sentence;
    if (comparison->field->grain == fields::Grain::kCustomer) {
      const fields::FeatureColumn& column = features.Column(comparison->field->id);
      if (Occurs(*comparison, column.texts)) continue;
      sentence = Sentence(*comparison, ValuesOf(column, features.exists(), comparison->text));
    } else if (const auto fact = fields::CodedFactOf(comparison->field->id); fact.has_value()) {
      const fields::FactTexts texts(*fact, revision);
      if (Occurs(*comparison, texts)) continue;
      sentence = Sentence(*comparison, ValuesOf(texts, comparison->text));
    }
    const bool told = std::find(sentences.begin(), sentences.end(), sentence) != sentences.end();
    if (!sentence.empty() && !told) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace strata::analytics::filter
