#include "server/rpc/services/customer_list.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/segment/population.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::rpc {
namespace {

using analytics::fields::FeatureColumn;
using image::Slot;

absl::Status CheckCustomerField(const analytics::fields::FieldCatalogue& catalogue,
                                absl::string_view id, absl::string_view path) {
  const auto field = catalogue.Find(id);
  if (!field.ok()) {
    return WithMetadata(WithReason(FieldError(path, field.status().message()), "UNKNOWN_FIELD"),
                        "nearest", absl::StrJoin(catalogue.Nearest(id), ", "));
  }
  if ((*field)->grain == analytics::fields::Grain::kCustomer) return absl::OkStatus();
  return WithReason(FieldError(path, absl::StrCat("\"", id, "\" is no field of customers")),
                    "INCOMPATIBLE_FIELD");
}

// rank[code] orders the texts of a column bytewise.
std::vector<uint32_t> RanksOf(const std::vector<std::string>& texts) {
  std::vector<uint32_t> order(texts.size()), rank(texts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return texts[a] < texts[b]; });
  for (uint32_t place = 0; place < order.size(); ++place) rank[order[place]] = place;
  return rank;
}

// Compares customers by one column, then by id.
class CustomerOrder {
 public:
  CustomerOrder(const image::Revision& revision, const FeatureColumn* column, bool descending)
      : revision_(revision), column_(column), descending_(descending) {
    if (column_ != nullptr && !column_->codes.empty()) ranks_ = RanksOf(column_->texts);
  }

  bool operator()(Slot a, Slot b) const {
    if (column_ != nullptr) {
      const bool a_null = column_->IsNull(a), b_null = column_->IsNull(b);
      if (a_null != b_null) return b_null;
      if (!a_null) {
        const int by_value = CompareKnown(a, b);
        if (by_value != 0) return descending_ ? by_value > 0 : by_value < 0;
      }
    } else if (descending_) {
      return revision_.CustomerId(a) > revision_.CustomerId(b);
    }
    return revision_.CustomerId(a) < revision_.CustomerId(b);
  }

 private:
  template <typename T>
  static int Compare(T a, T b) {
    return a < b ? -1 : (b < a ? 1 : 0);
  }
  // Of two customers whose values are known.
  int CompareKnown(Slot a, Slot b) const {
    if (!column_->codes.empty())
      return Compare(ranks_[column_->codes[a]], ranks_[column_->codes[b]]);
    if (!column_->integers.empty()) {
      const int by_held = Compare(column_->integers[a], column_->integers[b]);
      if (by_held != 0 || column_->wide == nullptr) return by_held;
      return Compare(column_->Sums()[a], column_->Sums()[b]);
    }
    return Compare(column_->numbers[a], column_->numbers[b]);
  }

  const image::Revision& revision_;
  const FeatureColumn* column_;
  const bool descending_;
  std::vector<uint32_t> ranks_;
};

void AddOnce(const std::string& id, std::vector<std::string>& ids) {
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

analytics::fields::ResultInfo InfoOf(const CustomerListQuery& query,
                                     const analytics::filter::Filter& filter,
                                     const analytics::fields::FieldCatalogue& catalogue,
                                     const std::vector<std::string>& used) {
  analytics::fields::ResultInfo info = analytics::fields::InfoAsOf(query.scope);
  info.filter = filter.Canonical();
  analytics::segment::AddCurrentValues(catalogue, used, &info);
  return info;
}

}  // namespace

absl::StatusOr<CustomerList> ListCustomers(const CustomerListQuery& query) {
  const image::Revision& revision = *query.scope.revision;
  const analytics::fields::FieldCatalogue catalogue(revision);
  for (size_t i = 0; i < query.fields.size(); ++i) {
    STRATA_RETURN_IF_ERROR(
        CheckCustomerField(catalogue, query.fields[i], absl::StrCat("fields[", i, "]")));
  }
  std::vector<std::string> ids = query.fields;
  if (query.order.has_value()) {
    STRATA_RETURN_IF_ERROR(CheckCustomerField(catalogue, query.order->id, "order_by"));
    // The id is at hand without a column.
    if (query.order->id != "customer") AddOnce(query.order->id, ids);
  }
  const absl::StatusOr<analytics::filter::Filter> parsed =
      analytics::filter::Filter::Parse(query.scope.filter, catalogue);
  if (!parsed.ok()) return WithField(parsed.status(), "scope.filter", parsed.status().message());
  const analytics::filter::Filter& filter = *parsed;
  for (const std::string& id : analytics::filter::CustomerFieldsOf(filter)) AddOnce(id, ids);
  STRATA_ASSIGN_OR_RETURN(
      analytics::fields::Features features,
      analytics::fields::Features::Compute(revision, query.scope.as_of, ids, query.scope.stop));
  const auto bound = analytics::filter::BoundFilter::BindCustomers(filter, revision, features);
  if (!bound.ok()) return WithField(bound.status(), "scope.filter", bound.status().message());

  std::vector<Slot> matching;
  const std::vector<uint8_t>& matches = bound->customers();
  for (Slot slot = 0; slot < matches.size(); ++slot) {
    if (matches[slot] != 0) matching.push_back(slot);
  }
  const auto total = static_cast<int64_t>(matching.size());
  const int64_t begin = std::min(query.offset, total), end = std::min(begin + query.limit, total);
  STRATA_RETURN_IF_ERROR(query.scope.stop.Check());

  const bool by_column = query.order.has_value() && query.order->id != "customer";
  const CustomerOrder order(revision, by_column ? &features.Column(query.order->id) : nullptr,
                            query.order.has_value() && query.order->descending);
  if (end == total) {
    // Several times as fast for all of them. By reference, since sorting copies what it compares
    // by.
    std::sort(matching.begin(), matching.end(), std::ref(order));
  } else {
    std::partial_sort(matching.begin(), matching.begin() + end, matching.end(), std::ref(order));
  }
  analytics::fields::ResultInfo info = InfoOf(query, filter, catalogue, ids);
  info.customers_used = total;
  info.notes = analytics::filter::UnmatchedTexts(filter, revision, features);
  return CustomerList{std::move(features),
                      std::vector<Slot>(matching.begin() + begin, matching.begin() + end), total,
                      std::move(info)};
}

std::optional<Slot> FindCustomer(const image::Revision& revision, absl::string_view id) {
  for (const image::Block& block : revision.blocks) {
    for (uint32_t row = 0; row < block.customers; ++row) {
      const Slot slot = block.first_slot + row;
      if (revision.CustomerId(slot) == id && block.profile->present[row] != 0) return slot;
    }
  }
  return std::nullopt;
}

}  // namespace strata::rpc
