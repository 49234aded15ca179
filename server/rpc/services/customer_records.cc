#include "server/rpc/services/customer_records.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/customer_facts.h"
#include "server/rpc/convert/records.h"

namespace strata::rpc {
namespace {

constexpr size_t kMostSurveys = 100;

absl::Status AddOrders(const PinnedScope& pinned, image::Slot slot, int count,
                       v1::GetCustomerResponse* response) {
  const analytics::fields::Scope& scope = pinned.scope;
  PageBudget budget(*response);
  bool cut = false;
  const auto add = [&](ImageOrder order) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(std::optional<std::string> id,
                            IdOfRecord(pinned, RecordKind::kOrder, order.key));
    STRATA_ASSIGN_OR_RETURN(const std::optional<Millis> time, TimeOfOrder(pinned, order));
    if (!id.has_value() || !time.has_value()) return absl::OkStatus();
    order.order.set_id(*std::move(id));
    ToProto(*time, order.order.mutable_order_time());
    *response->add_orders() = std::move(order.order);
    cut = !budget.KeepsLast(response->mutable_orders());
    return absl::OkStatus();
  };
  absl::Status status;
  const size_t orders = VisitLatestOrders(*scope.revision, slot, scope.as_of,
                                          static_cast<size_t>(count), [&](ImageOrder order) {
                                            status = add(std::move(order));
                                            return status.ok() && !cut;
                                          });
  if (cut) {
    TellCut("orders", response->orders_size(), static_cast<int64_t>(orders),
            response->mutable_meta());
  }
  return status;
}

// The first `count` of `facts` with their ids.
template <typename Message>
absl::Status AddFacts(const PinnedScope& pinned, RecordKind kind, size_t count,
                      std::vector<ImageFact<Message>> facts,
                      google::protobuf::RepeatedPtrField<Message>* out) {
  for (size_t i = 0; i < std::min(count, facts.size()); ++i) {
    STRATA_ASSIGN_OR_RETURN(std::optional<std::string> id, IdOfRecord(pinned, kind, facts[i].key));
    if (!id.has_value()) continue;
    facts[i].record.set_id(*std::move(id));
    *out->Add() = std::move(facts[i].record);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<std::string>> IdOfRecord(const PinnedScope& pinned, RecordKind kind,
                                                      uint32_t key) {
  absl::StatusOr<std::string> id = pinned.workspace->RecordIdOf(kind, key);
  if (id.ok()) return std::optional<std::string>(*std::move(id));
  if (id.status().code() == absl::StatusCode::kNotFound) return std::optional<std::string>();
  return id.status();
}

absl::StatusOr<std::optional<Millis>> TimeOfOrder(const PinnedScope& pinned,
                                                  const ImageOrder& order) {
  const absl::StatusOr<Millis> time = pinned.workspace->OrderTimeOf(order.key);
  if (time.status().code() == absl::StatusCode::kNotFound) return std::optional<Millis>();
  if (!time.ok()) return time.status();
  const Calendar& calendar = *pinned.scope.revision->calendar;
  return calendar.DayOf(*time) == order.day ? time : calendar.StartOf(order.day);
}

absl::Status AddRecords(const PinnedScope& pinned, image::Slot slot, int orders, int tickets,
                        v1::GetCustomerResponse* response) {
  const image::Revision& revision = *pinned.scope.revision;
  const Day as_of = pinned.scope.as_of;
  STRATA_RETURN_IF_ERROR(AddOrders(pinned, slot, orders, response));
  std::vector<ImageFact<v1::Ticket>> all = TicketsAsOf(revision, slot, as_of);
  response->set_total_tickets(static_cast<int64_t>(all.size()));
  STRATA_RETURN_IF_ERROR(AddFacts(pinned, RecordKind::kTicket, static_cast<size_t>(tickets),
                                  std::move(all), response->mutable_tickets()));
  std::vector<ImageFact<v1::Contract>> contracts = ContractsAsOf(revision, slot, as_of);
  const size_t count = contracts.size();
  STRATA_RETURN_IF_ERROR(AddFacts(pinned, RecordKind::kContract, count, std::move(contracts),
                                  response->mutable_contracts()));
  return AddFacts(pinned, RecordKind::kSurvey, kMostSurveys, SurveysAsOf(revision, slot, as_of),
                  response->mutable_surveys());
}

}  // namespace strata::rpc
