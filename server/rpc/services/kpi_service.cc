#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/kpi/catalogue.h"
#include "server/analytics/kpi/query.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/kpi.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/transport/page_token.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/kpi_service.handlers.h"

namespace strata::rpc {
namespace {

constexpr int64_t kMaxPageRows = 10'000;
constexpr int kDefaultContributors = 10, kMaxContributors = 100;

// One page of a catalogue, whose entries have ids that stay, in an order that stays.
template <typename Request, typename Entries, typename Convert, typename Row>
absl::Status AddCataloguePage(const Request& request, const Entries& entries, Convert convert,
                              google::protobuf::RepeatedPtrField<Row>* out,
                              std::string* next_page_token) {
  const uint64_t binding = PageBinding(request);
  STRATA_ASSIGN_OR_RETURN(const PageToken token, DecodePageToken(request.page_token(), binding));
  const auto size = static_cast<int64_t>(entries.size());
  STRATA_ASSIGN_OR_RETURN(const int64_t page_size, PageSize(request.page_size(), size, size));
  auto next = entries.begin();
  if (!token.after.empty()) {
    next = std::find_if(entries.begin(), entries.end(),
                        [&](const auto& entry) { return entry.id == token.after; });
    if (next != entries.end()) ++next;
  }
  PageBudget budget(/*bytes=*/0);
  for (; next != entries.end() && out->size() < page_size; ++next) {
    convert(*next, out->Add());
    if (!budget.KeepsLast(out)) break;
  }
  if (next != entries.end()) {
    *next_page_token = EncodePageToken({0, 0, out->rbegin()->id()}, binding);
  }
  return absl::OkStatus();
}

void TableToProto(const analytics::kpi::KpiTable& table, v1::KpiTable* out) {
  ToProto(table, 0, table.rows.size(), out);
}

}  // namespace

absl::Status KpiHandlers::ListKpis(const CallContext& call, const v1::ListKpisRequest& request,
                                   v1::ListKpisResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  const image::RevisionPtr revision = workspace->Current();
  const analytics::fields::FieldCatalogue catalogue(*revision);
  return AddCataloguePage(
      request, analytics::kpi::Kpis(),
      [&](const analytics::kpi::Kpi& kpi, v1::Kpi* out) {
        ToProto(kpi, analytics::kpi::FieldsOf(kpi, catalogue), out);
      },
      response->mutable_kpis(), response->mutable_next_page_token());
}

absl::Status KpiHandlers::ListFields(const CallContext& call, const v1::ListFieldsRequest& request,
                                     v1::ListFieldsResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  const image::RevisionPtr revision = workspace->Current();
  const analytics::fields::FieldCatalogue catalogue(*revision);
  return AddCataloguePage(
      request, catalogue.fields(),
      [](const analytics::fields::Field& field, v1::Field* out) { ToProto(field, out); },
      response->mutable_fields(), response->mutable_next_page_token());
}

absl::Status KpiHandlers::QueryKpis(const CallContext& call, const v1::QueryKpisRequest& request,
                                    v1::QueryKpisResponse* response) {
  const uint64_t binding = PageBinding(request);
  STRATA_ASSIGN_OR_RETURN(const PageToken token, DecodePageToken(request.page_token(), binding));
  STRATA_ASSIGN_OR_RETURN(const int64_t page_size,
                          PageSize(request.page_size(), kMaxPageRows, kMaxPageRows));
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned,
                          PinScope(registry_, request.scope(), token.revision, call.stop));
  const image::RevisionPtr revision = pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(const analytics::kpi::KpiQuery query,
                          KpiQueryFrom(request, std::move(pinned.scope)));
  STRATA_ASSIGN_OR_RETURN(const analytics::kpi::KpiAnswer answer, analytics::kpi::QueryKpis(query));

  const auto rows = static_cast<int64_t>(answer.table.rows.size());
  const int64_t begin = std::min(token.offset, rows);
  ToProto(*revision, answer.info, response->mutable_meta());
  const auto end =
      static_cast<int64_t>(PageToProto(answer.table, static_cast<size_t>(begin),
                                       static_cast<size_t>(std::min(begin + page_size, rows)),
                                       response->ByteSizeLong(), response->mutable_table()));
  if (end < rows) {
    pinned.workspace->Hold(revision);
    response->set_next_page_token(EncodePageToken({revision->number, end, ""}, binding));
  }
  return absl::OkStatus();
}

absl::Status KpiHandlers::SummarizeKpis(const CallContext& call,
                                        const v1::SummarizeKpisRequest& request,
                                        v1::SummarizeKpisResponse* response) {
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned, PinScope(registry_, request.scope(), 0, call.stop));
  const image::RevisionPtr revision = pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(const analytics::kpi::SummaryQuery query,
                          SummaryQueryFrom(request, std::move(pinned.scope)));
  STRATA_ASSIGN_OR_RETURN(const analytics::kpi::SummaryAnswer answer,
                          analytics::kpi::SummarizeKpis(query));

  const analytics::fields::FieldCatalogue catalogue(*revision);
  ToProto(*revision, answer.info, response->mutable_meta());
  response->set_period(answer.period);
  response->set_previous_period(answer.previous_period);
  for (const analytics::kpi::KpiSummary& summary : answer.headline) {
    v1::KpiSummary* made = response->add_headline();
    ToProto(*summary.kpi, analytics::kpi::FieldsOf(*summary.kpi, catalogue), made->mutable_kpi());
    ToProto(summary.value, made->mutable_value());
    ToProto(summary.previous, made->mutable_previous());
    ToProto(summary.change, made->mutable_change());
    for (const analytics::kpi::KpiSummary::Point& point : summary.series) {
      v1::SeriesPoint* made_point = made->add_series();
      made_point->set_period(point.period);
      ToProto(point.cell, made_point->mutable_value());
      made_point->set_complete(point.complete);
    }
  }
  for (const analytics::kpi::KpiTable& table : answer.tracking) {
    TableToProto(table, response->add_tracking());
  }
  return absl::OkStatus();
}

absl::Status KpiHandlers::ExplainKpi(const CallContext& call, const v1::ExplainKpiRequest& request,
                                     v1::ExplainKpiResponse* response) {
  if (request.contributors() < 0 || request.contributors() > kMaxContributors) {
    return FieldError("contributors",
                      absl::StrCat(request.contributors(), " lies outside 0 to 100"));
  }
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned, PinScope(registry_, request.scope(), 0, call.stop));
  const image::RevisionPtr revision = pinned.scope.revision;
  analytics::kpi::ExplainQuery query;
  query.scope = std::move(pinned.scope);
  query.kpi = request.kpi();
  query.contributors = request.contributors() == 0 ? kDefaultContributors : request.contributors();
  STRATA_ASSIGN_OR_RETURN(const analytics::kpi::Explanation answer,
                          analytics::kpi::ExplainKpi(query));

  const analytics::fields::FieldCatalogue catalogue(*revision);
  ToProto(*revision, answer.info, response->mutable_meta());
  ToProto(*answer.kpi, analytics::kpi::FieldsOf(*answer.kpi, catalogue), response->mutable_kpi());
  ToProto(answer.value, response->mutable_value());
  if (answer.numerator.has_value()) ToProto(*answer.numerator, response->mutable_numerator());
  if (answer.denominator.has_value()) {
    ToProto(*answer.denominator, response->mutable_denominator());
  }
  response->set_numerator_meaning(answer.numerator_meaning);
  response->set_denominator_meaning(answer.denominator_meaning);
  response->set_records(answer.records);
  response->set_customers(answer.customers);
  *response->mutable_left_out() = response->meta().left_out();
  for (const analytics::kpi::Explanation::Contributor& contributor : answer.contributors) {
    v1::Contributor* made = response->add_contributors();
    made->set_customer(contributor.customer);
    made->set_display_name(contributor.display_name);
    ToProto(contributor.value, made->mutable_value());
    made->set_share(contributor.share);
  }
  return absl::OkStatus();
}

}  // namespace strata::rpc
