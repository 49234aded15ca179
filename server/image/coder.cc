#include "server/image/coder.h"

namespace strata::image {
namespace {

constexpr absl::string_view kOtherStatuses = "(more statuses than can be told apart)";

}  // namespace

Coder::Coder(Dictionaries& dictionaries, absl::TimeZone zone)
    : display_name(dictionaries.display_name),
      gender(dictionaries.gender),
      country(dictionaries.country),
      region(dictionaries.region),
      city(dictionaries.city),
      industry(dictionaries.industry),
      account_owner(dictionaries.account_owner),
      channel(dictionaries.channel),
      product(dictionaries.product),
      product_line(dictionaries.product_line),
      ticket_priority(dictionaries.ticket_priority),
      ticket_category(dictionaries.ticket_category),
      contract_owner(dictionaries.contract_owner),
      contract_status(dictionaries.contract_status),
      attribute_texts(dictionaries.attribute_texts),
      status_(dictionaries.status),
      attributes_(dictionaries.attributes),
      days_(zone),
      attribute_kinds_(1, AttributeKind::kText) {}

uint16_t Coder::Status(absl::string_view text) {
  Dictionary& dictionary = status_.dictionary();
  if (dictionary.size() >= kMaxStatuses) {
    const std::optional<Code> known = dictionary.Find(text);
    return static_cast<uint16_t>(known.has_value() ? *known : dictionary.Intern(kOtherStatuses));
  }
  return static_cast<uint16_t>(status_.Intern(text));
}

std::optional<uint32_t> Coder::Attribute(absl::string_view key, AttributeKind kind) {
  const uint32_t number = attributes_.Intern(key);
  if (number == kAbsent) return std::nullopt;
  if (number == attribute_kinds_.size()) attribute_kinds_.push_back(kind);
  if (attribute_kinds_[number] != kind) return std::nullopt;
  return number;
}

}  // namespace strata::image
