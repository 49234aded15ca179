#include "client/cli/ask/report/report_sections.h"

namespace strata::cli {

const std::vector<ReportSection>& ReportSections() {
  constexpr const char* kConsumers = "Consumers";
  constexpr const char* kAccounts = "Strategic accounts";
  constexpr const char* kMeasures = "revenue,share_of_revenue,customers,revenue_per_customer";
  static const auto& sections = *new std::vector<ReportSection>{
      {kConsumers, "Revenue by age group", {"kpi", "query", kMeasures, "--by", "age_band"}},
      {kConsumers, "Revenue by family structure", {"kpi", "query", kMeasures, "--by", "family"}},
      {kConsumers,
       "The ten countries of highest revenue",
       {"kpi", "query", kMeasures, "--by", "country", "--sort", "revenue desc", "--limit", "10"}},
      {kConsumers, "Revenue by gender", {"kpi", "query", kMeasures, "--by", "gender"}},
      {kConsumers,
       "Who the customers with children are",
       {"segment", "profile", "--filter", "family = \"with_children\"", "--by", "country,gender",
        "--cross", "country,gender"}},
      {kConsumers,
       "Loyal, periodic and VIP customers",
       {"kpi", "query", "customers,revenue,share_of_revenue,orders", "--by", "loyalty"}},
      {kConsumers, "Recency, frequency, monetary value", {"segment", "rfm"}},
      {kConsumers, "Who comes back", {"insight", "retention"}},
      {kConsumers, "What goes together", {"insight", "recommend", "--limit", "10"}},
      {kConsumers,
       "Strengths, weaknesses, opportunities, threats, and what to do",
       {"insight", "swot"}},

      {kAccounts, "The quarter against the one before, and the tracking list", {"kpi", "summary"}},
      {kAccounts, "How concentrated revenue is", {"insight", "concentration"}},
      {kAccounts, "The top customers against the median; deal sizes", {"insight", "distribution"}},
      {kAccounts, "How steady revenue is", {"insight", "volatility"}},
      {kAccounts,
       "Order status mix",
       {"kpi", "query", "orders_all,status_share,revenue_all", "--by", "status"}},
      {kAccounts, "Movement between tiers, by quarter", {"segment", "transitions", "tier"}},
      {kAccounts, "Who is about to escalate", {"insight", "risk", "--limit", "15"}},
      {kAccounts, "How far that can be trusted", {"insight", "backtest"}},
      {kAccounts, "Which figures announce decline", {"insight", "indicators"}},
      {kAccounts, "Whether high-revenue customers get adequate support", {"insight", "support"}},
      {kAccounts,
       "Where leadership should intervene this quarter",
       {"insight", "interventions", "--limit", "15"}},
      {kAccounts,
       "Early warnings, emerging accounts, newcomers, lost customers, renewals, unowned accounts",
       {"insight", "signals", "--limit", "10"}},
  };
  return sections;
}

}  // namespace strata::cli
