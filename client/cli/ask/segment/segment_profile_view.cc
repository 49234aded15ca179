#include "client/cli/ask/segment/segment_profile_view.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr size_t kDefaultValues = 10;  // of each dimension, for people
constexpr size_t kBiggest = 5;         // differences that stand above all else
constexpr double kUnlikely = 0.05;     // a difference of a larger p may be chance

// "with_children", "Germany, women"; an unknown country is a group like any other.
std::string KeysText(const v1::ProfileValue& value) {
  return absl::StrJoin(value.keys(), ", ", [](std::string* out, const v1::Value& key) {
    absl::StrAppend(out, key.kind_case() == v1::Value::kNull
                             ? absl::StrCat("(", FormatNullReason(key.null()), ")")
                             : FormatValue(key, "", ""));
  });
}

// "68.1-72.9%": narrow, for there are two of them in a row.
Cell IntervalCell(bool known, const v1::Interval& interval) {
  if (!known) return {};
  return Cell::Worded(absl::StrFormat("%.1f-%.1f%%", interval.low() * 100, interval.high() * 100));
}

Cell LiftCell(const v1::ProfileValue& value) {
  // Of a value that the others do not have there is no lift.
  if (value.customers_against() == 0) {
    return Cell::Worded(value.customers() > 0 ? "only here" : "–");
  }
  Cell cell = Cell::Number(value.lift());
  cell.words = absl::StrFormat("%.2f", value.lift());
  return cell;
}

Section Groups(const v1::ProfileSegmentResponse& answer, const std::string& against) {
  Table table{.columns = {TextColumn("group", " "), FigureColumn("customers", "", "count"),
                          FigureColumn("share_of_customers", "share", "1"),
                          FigureColumn("revenue", "", "currency"),
                          FigureColumn("share_of_revenue", "share", "1"),
                          FigureColumn("revenue_per_customer", "revenue each", "currency"),
                          FigureColumn("orders_per_customer", "orders each", "orders")}};
  const auto add = [&table](const std::string& name, const v1::ProfileGroup& group) {
    table.rows.push_back(
        {Cell::Text(name), Cell::Count(group.customers()), Cell::Number(group.share_of_customers()),
         Cell::Money(group.revenue()), Cell::Number(group.share_of_revenue()),
         Cell::Money(group.revenue_per_customer()), Cell::Number(group.orders_per_customer())});
  };
  add("segment", answer.segment());
  add(against.empty() ? "all others" : against, answer.against());
  Section section{.id = "groups", .table = std::move(table)};
  if (!against.empty()) {
    section.tail = {absl::StrCat(FormatInteger(answer.overlap()), " customers are in both")};
  }
  return section;
}

bool MoreDifferent(const v1::ProfileValue* a, const v1::ProfileValue* b) {
  return std::fabs(a->difference()) > std::fabs(b->difference());
}

bool HasUnknownKey(const v1::ProfileValue& value) {
  return std::any_of(value.keys().begin(), value.keys().end(),
                     [](const v1::Value& key) { return key.kind_case() == v1::Value::kNull; });
}

// What a reader wants to know first: the values whose shares differ most, of whatever dimension.
Section Differences(const v1::ProfileSegmentResponse& answer) {
  using Found = std::pair<const v1::ProfileDimension*, const v1::ProfileValue*>;
  std::vector<Found> found;
  for (const v1::ProfileDimension& dimension : answer.dimensions()) {
    if (dimension.distance() >= 1) continue;  // by which the two were told apart
    for (const v1::ProfileValue& value : dimension.values()) {
      if (value.p() < kUnlikely && !HasUnknownKey(value)) found.emplace_back(&dimension, &value);
    }
  }
  Section section{.id = "differences", .audience = Audience::kPeople};
  if (found.empty()) {
    section.lead = {"No difference in the shares below is more than chance may bring."};
    return section;
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return MoreDifferent(a.second, b.second);
  });
  if (found.size() > kBiggest) found.resize(kBiggest);
  section.title = "Biggest differences";
  section.table =
      Table{.columns = {TextColumn("value"), FigureColumn("points", "", "points"),
                        FigureColumn("segment", "", "1"), FigureColumn("against", "", "1")}};
  for (const auto& [dimension, value] : found) {
    section.table->rows.push_back(
        {Cell::Text(absl::StrCat(absl::StrJoin(dimension->fields(), " x "), " ", KeysText(*value))),
         Cell::Number(value->difference()), Cell::Number(value->share()),
         Cell::Number(value->share_against())});
  }
  return section;
}

// All values in their own order, or the most different ones where there are too many.
std::vector<const v1::ProfileValue*> Shown(const v1::ProfileDimension& dimension, size_t limit) {
  std::vector<const v1::ProfileValue*> values;
  for (const v1::ProfileValue& value : dimension.values()) values.push_back(&value);
  if (values.size() <= limit) return values;
  std::stable_sort(values.begin(), values.end(), MoreDifferent);
  values.resize(limit);
  return values;
}

// A share of one side, with bars of one scale for both, and its interval.
void AddSide(const std::string& id, const std::string& label, std::vector<Column>& columns) {
  Column share = FigureColumn(id, label, "1");
  share.bars = true;
  share.scale = "share";
  columns.push_back(std::move(share));
  Column interval = FigureColumn(absl::StrCat(id, "_interval"), "95%", "");
  interval.spare = true;
  columns.push_back(std::move(interval));
}

Section DimensionSection(const v1::ProfileDimension& dimension, const ProfileView& view) {
  const size_t limit = view.limit > 0 ? view.limit : kDefaultValues;
  Table table{.columns = {TextColumn("value"), FigureColumn("customers", "", "count")}};
  AddSide("share", "segment", table.columns);
  AddSide("share_against", view.against.empty() ? "others" : "against", table.columns);
  for (Column column : {FigureColumn("difference", "points", "points"),
                        FigureColumn("lift", "", ""), FigureColumn("p", "", "probability"),
                        FigureColumn("share_of_revenue", "of revenue", "1")}) {
    table.columns.push_back(std::move(column));
  }
  for (const v1::ProfileValue* value : Shown(dimension, limit)) {
    table.rows.push_back(
        {Cell::Text(KeysText(*value)), Cell::Count(value->customers()),
         Cell::Number(value->share()),
         IntervalCell(value->has_share_interval(), value->share_interval()),
         Cell::Number(value->share_against()),
         IntervalCell(value->has_share_against_interval(), value->share_against_interval()),
         Cell::Number(value->difference()), LiftCell(*value), Cell::Number(value->p()),
         Cell::Number(value->share_of_revenue())});
  }
  Section section{.id = absl::StrJoin(dimension.fields(), "-"),
                  .title = absl::StrCat(absl::StrJoin(dimension.fields(), " x "),
                                        absl::StrFormat("  (distance %.3f)", dimension.distance())),
                  .table = std::move(table),
                  .audience = Audience::kPeople};
  const auto all = static_cast<size_t>(dimension.values_size());
  if (limit < all) {
    section.tail = {absl::StrCat("and ", FormatInteger(static_cast<int64_t>(all - limit)),
                                 " less different ones: --limit N")};
  }
  return section;
}

// A row a value of a dimension; the second field and value are those of a cross.
Section Values(const v1::ProfileSegmentResponse& answer) {
  Table table;
  for (const char* id : {"field", "value", "cross_field", "cross_value", "customers", "share",
                         "share_low", "share_high", "customers_against", "share_against",
                         "share_against_low", "share_against_high", "lift", "difference", "p",
                         "revenue", "share_of_revenue", "distance"}) {
    table.columns.push_back({.id = id});
  }
  for (const v1::ProfileDimension& dimension : answer.dimensions()) {
    const auto field = [&](int i) {
      return i < dimension.fields_size() ? Cell::Text(dimension.fields(i)) : Cell{};
    };
    for (const v1::ProfileValue& value : dimension.values()) {
      const auto key = [&](int i) {
        return i < value.keys_size() && i < std::max(1, dimension.fields_size())
                   ? Cell::Of(value.keys(i))
                   : Cell{};
      };
      table.rows.push_back(
          {field(0), key(0), field(1), key(1), Cell::Count(value.customers()),
           Cell::Number(value.share()), Cell::Number(value.share_interval().low()),
           Cell::Number(value.share_interval().high()), Cell::Count(value.customers_against()),
           Cell::Number(value.share_against()), Cell::Number(value.share_against_interval().low()),
           Cell::Number(value.share_against_interval().high()), LiftCell(value),
           Cell::Number(value.difference()), Cell::Number(value.p()), Cell::Money(value.revenue()),
           Cell::Number(value.share_of_revenue()), Cell::Number(dimension.distance())});
    }
  }
  return {.id = "values", .table = std::move(table), .audience = Audience::kPrograms};
}

}  // namespace

Document ProfileDocument(const v1::ProfileSegmentResponse& answer, const ProfileView& view) {
  Document document = DocumentOf(answer);
  document.part = "values";
  document.sections.push_back(Groups(answer, view.against));
  // Shares of nobody would be a page of zeroes; the notes below say who is missing.
  if (answer.segment().customers() > 0 && answer.against().customers() > 0) {
    document.sections.push_back(Differences(answer));
    for (const v1::ProfileDimension& dimension : answer.dimensions()) {
      document.sections.push_back(DimensionSection(dimension, view));
    }
  }
  document.sections.push_back(Values(answer));
  return document;
}

}  // namespace strata::cli
