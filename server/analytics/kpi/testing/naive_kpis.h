#ifndef STRATA_SERVER_ANALYTICS_KPI_TESTING_NAIVE_KPIS_H_
#define STRATA_SERVER_ANALYTICS_KPI_TESTING_NAIVE_KPIS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/analytics/kpi/testing/shop_model.h"

// For tests: a second implementation of the KPIs, row by row over the model, without groups, codes,
// blocks or merging. A cell is whatever rows carry its key; a figure looks at the cell's rows.

namespace strata::analytics::kpi {

// One fact, seen from one of its rows: an order's line, a ticket, an answer, a contract, a
// customer.
struct NaiveRow {
  size_t customer = 0;
  const ShopModel::OrderRow* order = nullptr;
  const ShopModel::LineRow* line = nullptr;
  const ShopModel::TicketRow* ticket = nullptr;
  const ShopModel::ContractRow* contract = nullptr;
  Day day = kNoDay;  // kNoDay: no event
};

using NaiveKey = std::vector<std::string>;

// Whether it is a time field, which figures of a day group by without any event.
bool IsTime(const std::string& field);

class NaiveKpis {
 public:
  // `matches` is the filter.
  NaiveKpis(const ShopModel& shop, const image::Revision& revision, fields::DayRange range,
            Day as_of, std::function<bool(const NaiveKpis&, const NaiveRow&)> matches);

  // The text of a field of a row; "null:unknown" where it is not known.
  std::string FieldOf(const std::string& field, const NaiveRow& row) const;

  // Rows of the answer as "key key: cell cell", unsorted, by key.
  std::map<NaiveKey, std::vector<std::string>> Table(const std::vector<std::string>& kpis,
                                                     const std::vector<std::string>& group_by,
                                                     const std::vector<std::string>& share_within,
                                                     bool fill_empty) const;

 private:
  struct Cell {
    std::vector<std::string> fields;
    NaiveKey key;
    fields::DayRange range;
  };
  using Keep = std::function<bool(const NaiveRow&)>;

  bool InCell(const Cell& cell, const NaiveRow& row) const;
  // Lines of orders of the cell.
  std::vector<NaiveRow> Lines(const Cell& cell, bool any_status) const;
  std::vector<NaiveRow> Tickets(const Cell& cell) const;
  // Customer and score of the answers of a kind; ratings of tickets among them.
  std::vector<int> Scores(const Cell& cell, SurveyKind kind) const;
  // First and last day of the cell's time keys; empty range when there is none.
  fields::DayRange DaysOf(const Cell& cell) const;
  std::vector<size_t> CustomersOf(const Cell& cell) const;  // whether or not they exist
  Micros ContractValue(size_t customer, Day day, int* contracts) const;
  bool InForce(const ShopModel::ContractRow& contract, Day day) const;

  std::string Figure(const std::string& kpi, const Cell& cell,
                     const std::vector<std::string>& share_within) const;
  std::string SalesFigure(const std::string& kpi, const Cell& cell) const;
  std::string BuyerFigure(const std::string& kpi, const Cell& cell) const;
  std::string ServiceFigure(const std::string& kpi, const Cell& cell) const;
  std::string ContractFigure(const std::string& kpi, const Cell& cell) const;
  std::string GrowthFigure(const std::string& kpi, const Cell& cell) const;
  bool HasFacts(const std::string& kpi, const Cell& cell) const;
  std::vector<NaiveKey> Keys(const std::vector<std::string>& group_by,
                             fields::DayRange range) const;

  bool Recognised(const ShopModel::OrderRow& order) const;
  bool Seen(Millis time) const { return time != kNoTime && time < end_; }
  bool Exists(size_t customer) const;
  void RankCustomers();

  const ShopModel& shop_;
  const image::Revision& revision_;
  const fields::DayRange range_;
  const Day as_of_;
  const Millis end_;
  const std::function<bool(const NaiveKpis&, const NaiveRow&)> matches_;
  std::vector<std::string> tier_, loyalty_, cohort_;  // by customer
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_TESTING_NAIVE_KPIS_H_
