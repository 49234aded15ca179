#include "server/rpc/convert/meta.h"

#include <string>

#include "server/analytics/facts/as_of.h"
#include "server/domain/day.h"

namespace strata::rpc {
namespace {

using analytics::facts::AsOfBasis;

// Of the definitions as a whole (design: definitions); a KPI has a version of its own beside it.
constexpr char kDefinitionVersion[] = "1";

v1::AsOfBasis ToProto(AsOfBasis basis) {
  switch (basis) {
    case AsOfBasis::kRequested:
      return v1::AS_OF_BASIS_REQUESTED;
    case AsOfBasis::kRecords:
      return v1::AS_OF_BASIS_RECORDS;
    case AsOfBasis::kCommit:
      return v1::AS_OF_BASIS_COMMIT;
    case AsOfBasis::kEmpty:
      return v1::AS_OF_BASIS_EMPTY;
  }
  return v1::AS_OF_BASIS_UNSPECIFIED;
}

// An empty workspace has no day, whatever stands in for it.
void AddDay(const image::Revision& revision, const analytics::fields::ResultInfo& info,
            v1::ResultMeta* out) {
  out->set_as_of_basis(ToProto(info.as_of_basis));
  if (info.as_of == kNoDay || info.as_of_basis == AsOfBasis::kEmpty) return;
  out->set_as_of(FormatDay(info.as_of));
  const Day through = analytics::facts::DataThrough(revision, info.as_of);
  if (through != kNoDay) out->set_data_through(FormatDay(through));
}

}  // namespace

void ToProto(const image::Revision& revision, const analytics::fields::ResultInfo& info,
             v1::ResultMeta* out) {
  out->set_revision(revision.number);
  AddDay(revision, info, out);
  if (info.as_of_basis != AsOfBasis::kEmpty && info.range.from != kNoDay &&
      info.range.to != kNoDay) {
    out->mutable_range()->set_from(FormatDay(info.range.from));
    out->mutable_range()->set_to(FormatDay(info.range.to));
  }
  out->set_time_zone(revision.settings->time_zone);
  out->set_currency_code(revision.settings->currency);
  out->set_filter(info.filter);
  out->set_records_used(info.records_used);
  out->set_customers_used(info.customers_used);
  for (const analytics::fields::LeftOut& left_out : info.left_out) {
    v1::LeftOut* made = out->add_left_out();
    made->set_reason(left_out.reason);
    made->set_records(left_out.records);
  }
  out->set_last_period_complete(info.last_period_complete);
  out->set_definition_version(kDefinitionVersion);
  for (const std::string& input : info.current_values) out->add_current_values(input);
  for (const std::string& note : info.notes) out->add_notes(note);
  for (const std::string& note : analytics::facts::DayNotes(revision, info.as_of, info.feeds)) {
    out->add_notes(note);
  }
  if (analytics::facts::DefaultDayOf(revision).basis == AsOfBasis::kEmpty) {
    out->add_notes("the workspace is empty: it holds no record yet");
  }
}

}  // namespace strata::rpc
