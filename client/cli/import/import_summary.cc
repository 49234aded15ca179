#include "client/cli/import/import_summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/import/propose/column_profile.h"
#include "client/cli/import/values/text_normal.h"
#include "server/domain/unicode.h"

namespace strata::imports {
namespace {

constexpr size_t kMostTexts = 50'000;  // different values of one field
constexpr size_t kMostFields = 100;

// Text with blanks and marks written out that look like others or like nothing: "c\\u{a0}".
std::string Visible(absl::string_view text) {
  std::string visible;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const int32_t code = character.code;
    const bool hidden = code == 0xA0 || code == 0xAD || (code >= 0x300 && code < 0x370) ||
                        (code >= 0x2000 && code <= 0x200F) || code == 0x202F || code == 0x2060 ||
                        code == 0x3000 || code == 0xFEFF;
    if (hidden) {
      absl::StrAppend(&visible, "\\u{", absl::Hex(code), "}");
    } else {
      absl::StrAppend(&visible, text.substr(0, character.bytes));
    }
    text.remove_prefix(character.bytes);
  }
  return absl::StrCat("\"", Shortened(visible, 40), "\"");
}

// Groups of values with one key, as a sentence with the first of them; empty when each has its own.
std::string Lookalikes(const std::string& field, const std::vector<std::string>& values) {
  absl::flat_hash_map<std::string, std::vector<std::string>> by_key;
  for (const std::string& value : values) by_key[LookalikeKey(value)].push_back(value);
  std::vector<std::vector<std::string>> groups;
  bool only_case = true;
  for (auto& [key, group] : by_key) {
    if (group.size() < 2) continue;
    std::sort(group.begin(), group.end());
    // Whether --normalise would leave as many as there are.
    absl::flat_hash_set<std::string> normal;
    for (const std::string& value : group) normal.insert(NormaliseText(value));
    only_case = only_case && normal.size() == group.size();
    groups.push_back(std::move(group));
  }
  if (groups.empty()) return "";
  std::sort(groups.begin(), groups.end());
  constexpr size_t kGroups = 3, kForms = 4;
  std::string shown;
  for (size_t g = 0; g < groups.size() && g < kGroups; ++g) {
    if (g > 0) absl::StrAppend(&shown, "; ");
    for (size_t i = 0; i < groups[g].size() && i < kForms; ++i) {
      absl::StrAppend(&shown, i == 0 ? "" : ", ", Visible(groups[g][i]));
    }
    if (groups[g].size() > kForms) absl::StrAppend(&shown, ", ...");
  }
  const bool one = groups.size() == 1;
  return absl::StrCat(
      FormatInteger(static_cast<int64_t>(groups.size())), one ? " value" : " values", " of ", field,
      one ? " is" : " are", " written in several ways, which count as different",
      groups.size() > kGroups ? ", first: " : ": ", shown,
      only_case ? " (they differ by case: lower(...) in the mapping makes one of them)"
                : " (--normalise takes off blanks and invisible characters and composes letters)");
}

}  // namespace

void ImportSummary::AddTime(const google::protobuf::Timestamp& time) {
  first_second_ = std::min<int64_t>(first_second_, time.seconds());
  last_second_ = std::max<int64_t>(last_second_, time.seconds());
}

void ImportSummary::AddText(const char* field, const std::string& text) {
  if (text.empty()) return;
  Texts& texts = texts_[field];
  if (texts.full) return;
  ++texts.counts[text];
  texts.full = texts.counts.size() > kMostTexts;
}

void ImportSummary::Add(const v1::Record& record) {
  constexpr int64_t kFirst = 3;
  if (++records_[static_cast<size_t>(record.kind_case())] <= kFirst) {
    first_records_.push_back(record);
  }
  switch (record.kind_case()) {
    case v1::Record::kCustomer: {
      const v1::Customer& customer = record.customer();
      customers_.insert(customer.id());
      AddText("gender", customer.gender());
      AddText("country", customer.country());
      AddText("region", customer.region());
      AddText("city", customer.city());
      AddText("industry", customer.industry());
      AddText("account_owner", customer.account_owner());
      for (const auto& [key, value] : customer.attributes()) {
        if (value.kind_case() == v1::AttributeValue::kText && texts_.size() < kMostFields) {
          AddText(absl::StrCat("attribute ", key).c_str(), value.text());
        }
      }
      break;
    }
    case v1::Record::kOrder: {
      const v1::Order& order = record.order();
      customers_.insert(order.customer());
      AddTime(order.order_time());
      AddText("order status", order.status());
      AddText("channel", order.channel());
      for (const v1::OrderLine& line : order.lines()) {
        ++lines_;
        amount_ += line.amount_micros();
        zero_lines_ += line.amount_micros() == 0;
        if (line.amount_micros() < 0 || line.quantity() < 0) {
          ++return_lines_;
          returned_ += line.amount_micros();
        }
        AddText("product", line.product());
        AddText("product_line", line.product_line());
      }
      break;
    }
    case v1::Record::kTicket:
      customers_.insert(record.ticket().customer());
      AddTime(record.ticket().opened_time());
      AddText("ticket priority", record.ticket().priority());
      AddText("ticket category", record.ticket().category());
      break;
    case v1::Record::kContract:
      customers_.insert(record.contract().customer());
      AddText("contract status", record.contract().status());
      AddText("contract owner", record.contract().owner());
      break;
    case v1::Record::kSurvey:
      customers_.insert(record.survey().customer());
      AddTime(record.survey().time());
      break;
    case v1::Record::kDeletion:
    case v1::Record::KIND_NOT_SET:
      break;
  }
}

std::vector<std::string> ImportSummary::Findings() const {
  std::vector<std::string> findings;
  const auto add = [&](std::string finding) {
    if (!finding.empty()) findings.push_back(std::move(finding));
  };
  add(Lookalikes("customer id", std::vector<std::string>(customers_.begin(), customers_.end())));
  for (const auto& [field, texts] : texts_) {
    std::vector<std::string> values;
    for (const auto& [text, count] : texts.counts) {
      values.push_back(text);
      if (!IsNullMarker(text)) continue;
      add(absl::StrCat(field, " is \"", text, "\" in ", FormatInteger(count),
                       count == 1 ? " record" : " records",
                       ", stored as a text like any other; if it means nothing: --null '", text,
                       "'"));
    }
    add(Lookalikes(field, values));
  }
  return findings;
}

}  // namespace strata::imports
