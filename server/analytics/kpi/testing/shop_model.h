#ifndef STRATA_SERVER_ANALYTICS_KPI_TESTING_SHOP_MODEL_H_
#define STRATA_SERVER_ANALYTICS_KPI_TESTING_SHOP_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/analytics/kpi/query.h"
#include "server/domain/record.h"
#include "server/domain/settings.h"
#include "server/image/block_sizes.h"
#include "server/image/editor.h"

// For tests: a company's records as plain rows that own their text, every field of every fact among
// them, and the image of them.

namespace strata::analytics::kpi {

struct ShopModel {
  struct CustomerRow {
    std::string id, gender, country;
    std::optional<int32_t> children;
    std::optional<bool> strategic;
    Day birth_date = kNoDay, created = kNoDay;
  };
  struct LineRow {
    std::string product, product_line;
    Micros quantity_micros = kOneUnit;
    Micros amount = 0, cost = kNoAmount;
  };
  struct OrderRow {
    size_t customer = 0;
    Millis time = 0;
    std::string status = "shipped", channel;
    Millis promised = kNoTime, delivered = kNoTime;
    std::vector<LineRow> lines;
    Day day() const { return static_cast<Day>(time / kMillisADay); }
    bool IsReturn() const {
      MicrosSum total = 0;
      for (const LineRow& line : lines) total += line.amount;
      return total < 0;
    }
  };
  struct TicketRow {
    size_t customer = 0;
    Millis opened = 0, response = kNoTime, resolved = kNoTime, escalated = kNoTime, due = kNoTime;
    std::string priority;
    TicketStatus status = TicketStatus::kOpen;
    int32_t csat = 0;
    Day day() const { return static_cast<Day>(opened / kMillisADay); }
  };
  struct ContractRow {
    size_t customer = 0;
    Day start = 0, end = kNoDay;
    Micros annual_value = 0;
    std::string owner, status = "active";
  };
  struct SurveyRow {
    size_t customer = 0;
    Day day = 0;
    SurveyKind kind = SurveyKind::kNps;
    int32_t score = 0;
  };

  WorkspaceSettings settings;
  std::vector<CustomerRow> customers;
  std::vector<OrderRow> orders;
  std::vector<TicketRow> tickets;
  std::vector<ContractRow> contracts;
  std::vector<SurveyRow> surveys;

  // The place of the customer with this id, added when it is new.
  size_t Customer(absl::string_view id, absl::string_view country = "");
  // An order of one line on a day, of whole units of money.
  OrderRow& Order(absl::string_view customer, absl::string_view day, int64_t units,
                  absl::string_view status = "shipped");
  TicketRow& Ticket(absl::string_view customer, absl::string_view day, int hour = 12);
  void Contract(absl::string_view customer, absl::string_view start, absl::string_view end,
                int64_t units);
  void Survey(absl::string_view customer, absl::string_view day, SurveyKind kind, int score);

  // The image. The last `late_orders` orders come by a commit of their own, so that blocks have
  // tails; small `sizes` make many blocks.
  image::RevisionPtr Build(const image::BlockSizes& sizes = {}, size_t late_orders = 0) const;
};

// Midnight of a day in UTC, plus hours.
inline Millis At(absl::string_view day, double hours = 0) {
  return Millis{*ParseDay(day)} * kMillisADay + static_cast<Millis>(hours * 3'600'000);
}

// A workspace in which everything occurs: several lines, returns, excluded statuses, costs, late
// and open deliveries, unknown values, customers without facts, events on one day.
ShopModel RandomShop(uint32_t seed);

// A query of a revision; empty dates take the defaults.
KpiQuery QueryOf(const image::RevisionPtr& revision, std::vector<std::string> kpis,
                 std::vector<std::string> group_by = {}, absl::string_view filter = "",
                 absl::string_view from = "", absl::string_view to = "",
                 absl::string_view as_of = "");

// "12.5", "3", "0.25", "web", "2024-01-31", "true", "null:no_records".
std::string TextOf(const fields::Value& value);

// The table as text: a line a row, keys and cells separated by blanks, keys ended by ":".
std::string TextOf(const KpiTable& table);
// The table of a query, or the status in words.
std::string Answer(const KpiQuery& query);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_TESTING_SHOP_MODEL_H_
