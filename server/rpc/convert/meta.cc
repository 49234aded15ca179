#include "server/rpc/convert/meta.h"

#include <string>

#include "server/domain/day.h"

namespace strata::rpc {
namespace {

// Of the definitions as a whole (design: definitions); a KPI has a version of its own beside it.
constexpr char kDefinitionVersion[] = "1";

}  // namespace

void ToProto(const image::Revision& revision, const analytics::ResultInfo& info,
             v1::ResultMeta* out) {
  out->set_revision(revision.number);
  if (info.as_of != kNoDay) out->set_as_of(FormatDay(info.as_of));
  if (info.range.from != kNoDay && info.range.to != kNoDay) {
    out->mutable_range()->set_from(FormatDay(info.range.from));
    out->mutable_range()->set_to(FormatDay(info.range.to));
  }
  out->set_time_zone(revision.settings->time_zone);
  out->set_currency_code(revision.settings->currency);
  out->set_filter(info.filter);
  out->set_records_used(info.records_used);
  out->set_customers_used(info.customers_used);
  for (const analytics::LeftOut& left_out : info.left_out) {
    v1::LeftOut* made = out->add_left_out();
    made->set_reason(left_out.reason);
    made->set_records(left_out.records);
  }
  out->set_last_period_complete(info.last_period_complete);
  out->set_definition_version(kDefinitionVersion);
  for (const std::string& input : info.current_values) out->add_current_values(input);
  for (const std::string& note : info.notes) out->add_notes(note);
}

}  // namespace strata::rpc
