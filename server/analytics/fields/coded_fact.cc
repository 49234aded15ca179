#include "server/analytics/fields/coded_fact.h"

namespace strata::analytics::fields {
namespace {

constexpr absl::string_view kDealSizeTexts[] = {"", "small", "medium", "large"};
constexpr absl::string_view kSurveyKindTexts[] = {"", "nps", "csat"};

const image::Dictionary* DictionaryOf(CodedFact fact, const image::Dictionaries& all) {
  switch (fact) {
    case CodedFact::kStatus:
      return &all.status;
    case CodedFact::kChannel:
      return &all.channel;
    case CodedFact::kProduct:
      return &all.product;
    case CodedFact::kProductLine:
      return &all.product_line;
    case CodedFact::kPriority:
      return &all.ticket_priority;
    case CodedFact::kCategory:
      return &all.ticket_category;
    case CodedFact::kContractStatus:
      return &all.contract_status;
    case CodedFact::kContractOwner:
      return &all.contract_owner;
    case CodedFact::kDealSize:
    case CodedFact::kSurveyKind:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

std::optional<CodedFact> CodedFactOf(absl::string_view field_id) {
  if (field_id == "status") return CodedFact::kStatus;
  if (field_id == "channel") return CodedFact::kChannel;
  if (field_id == "deal_size") return CodedFact::kDealSize;
  if (field_id == "product") return CodedFact::kProduct;
  if (field_id == "product_line") return CodedFact::kProductLine;
  if (field_id == "priority") return CodedFact::kPriority;
  if (field_id == "category") return CodedFact::kCategory;
  if (field_id == "contract_status") return CodedFact::kContractStatus;
  if (field_id == "contract_owner") return CodedFact::kContractOwner;
  if (field_id == "survey_kind") return CodedFact::kSurveyKind;
  return std::nullopt;
}

bool GrainFits(Grain grain, RowGrain facts) {
  switch (grain) {
    case Grain::kCustomer:
      return false;
    case Grain::kOrder:
    case Grain::kLine:
      return facts == RowGrain::kOrder || facts == RowGrain::kLine;
    case Grain::kTicket:
      return facts == RowGrain::kTicket;
    case Grain::kContract:
      return facts == RowGrain::kContract;
    case Grain::kSurvey:
      return facts == RowGrain::kSurvey;
    case Grain::kEvent:
      return true;
  }
  return false;
}

const Day* DaysOf(const FactRows& rows) {
  if (rows.orders != nullptr) return rows.orders->day;
  if (rows.tickets != nullptr) return rows.tickets->opened_day.data();
  if (rows.contracts != nullptr) return rows.contracts->start_date.data();
  return rows.surveys->day.data();
}

FactTexts::FactTexts(CodedFact fact, const image::Revision& revision)
    : dictionary_(DictionaryOf(fact, *revision.dictionaries)) {
  if (fact == CodedFact::kDealSize) list_ = kDealSizeTexts;
  if (fact == CodedFact::kSurveyKind) list_ = kSurveyKindTexts;
}

uint32_t FactTexts::size() const {
  return dictionary_ != nullptr ? dictionary_->size() : static_cast<uint32_t>(list_.size());
}

absl::string_view FactTexts::Text(uint32_t code) const {
  return dictionary_ != nullptr ? dictionary_->Text(code) : list_[code];
}

std::optional<uint32_t> FactTexts::Find(absl::string_view text) const {
  if (dictionary_ != nullptr) return dictionary_->Find(text);
  for (uint32_t code = 1; code < list_.size(); ++code) {
    if (list_[code] == text) return code;
  }
  return std::nullopt;
}

}  // namespace strata::analytics::fields
