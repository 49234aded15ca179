#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/ask/insight/insight_page.h"
#include "client/cli/ask/insight/insight_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/sheet.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/command.h"
#include "strata/v1/insight_service.pb.h"

// What is about to go wrong: `strata insight risk`, `backtest`, `indicators`.

namespace strata::cli {
namespace {

std::string ModelLine(const v1::RiskModel& model) {
  return absl::StrFormat("%s on %s customer-quarters with %s escalations (base rate %s)",
                         model.kind() == "logistic" ? "logistic regression" : "scorecard",
                         FormatInteger(model.rows()), FormatInteger(model.events()),
                         FormatPercent(model.base_rate()));
}

absl::Status Risk(Context& context) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::RankEscalationRiskResponse answer,
      Ask(context, &Client::RankEscalationRisk, [&](v1::RankEscalationRiskRequest& request) {
        request.set_limit(context.flags().limit);
      }));
  const bool chance = answer.model().kind() == "logistic";
  Page page{{absl::StrCat(chance ? "Chance of an escalation within a quarter: "
                                 : "Signs of an escalation, a score from 0 to 1 and no chance: ",
                          ModelLine(answer.model()))},
            Sheet({{"customer", true},
                   {"name", true},
                   {chance ? "risk" : "score"},
                   {"tier", true},
                   {"owner", true},
                   {"revenue_365d"},
                   {"driven by", true, TextTable::Fit::kWrap}}),
            {}};
  for (const v1::RankedRisk& ranked : answer.customers()) {
    std::string drivers;
    for (int i = 0; i < std::min(3, ranked.drivers_size()); ++i) {
      absl::StrAppend(&drivers, i == 0 ? "" : ", ", ranked.drivers(i).feature(),
                      absl::StrFormat(" %+.2f", ranked.drivers(i).contribution()));
    }
    page.main.Add({TextCell(ranked.customer()), TextCell(ranked.display_name()),
                   chance ? ShareCell(ranked.risk()) : NumberCell(ranked.risk()),
                   TextCell(ranked.tier()), TextCell(ranked.account_owner()),
                   MoneyCell(ranked.revenue_365d(), answer.meta().currency_code()),
                   TextCell(drivers)});
  }
  return Show(context, answer, page);
}

absl::Status Backtest(Context& context, int quarters) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::BacktestRiskResponse answer,
      Ask(context, &Client::BacktestRisk,
          [&](v1::BacktestRiskRequest& request) { request.set_quarters(quarters); }));
  Page page{{answer.verdict()},
            Sheet({{"quarter", true},
                   {"customers"},
                   {"escalated"},
                   {"model", true},
                   {"auc"},
                   {"auc of tickets"},
                   {"auc of revenue drop"},
                   {"precision at k", true, TextTable::Fit::kWrap}}),
            {}};
  const auto precision = [](const auto& list) {
    std::string text;
    for (const v1::PrecisionAt& at : list) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", at.k(), ": ", FormatPercent(at.precision()));
    }
    return text;
  };
  for (const v1::BacktestQuarter& quarter : answer.quarters()) {
    page.main.Add({TextCell(quarter.quarter()), CountCell(quarter.customers()),
                   CountCell(quarter.events()), TextCell(quarter.model().kind()),
                   ValueCell(quarter.auc(), ""), ValueCell(quarter.auc_tickets(), ""),
                   ValueCell(quarter.auc_revenue_drop(), ""),
                   TextCell(precision(quarter.precision()))});
  }
  if (!answer.precision().empty()) {  // else nobody escalated, and there was nothing to find
    page.tail.push_back(absl::StrCat("base rate ", FormatPercent(answer.base_rate()),
                                     ", precision ", precision(answer.precision())));
  }
  for (const v1::CalibrationBin& bin : answer.calibration()) {
    page.tail.push_back(absl::StrCat("predicted ", FormatPercent(bin.predicted()), ", observed ",
                                     FormatPercent(bin.observed()), " of ",
                                     FormatInteger(bin.customers())));
  }
  return Show(context, answer, page);
}

absl::Status Indicators(Context& context, double drop) {
  STRATA_ASSIGN_OR_RETURN(const v1::RankIndicatorsResponse answer,
                          Ask(context, &Client::RankIndicators,
                              [&](v1::RankIndicatorsRequest& request) { request.set_drop(drop); }));
  Page page{{},
            Sheet({{"indicator", true},
                   {"quarters before"},
                   {"auc"},
                   {"q"},
                   {"direction", true, TextTable::Fit::kWrap},
                   {"meaning", true, TextTable::Fit::kWrap}}),
            {}};
  for (const v1::Indicator& indicator : answer.indicators()) {
    page.main.Add({TextCell(indicator.feature()), CountCell(indicator.best_lag_quarters()),
                   ValueCell(indicator.auc(), ""), NumberCell(indicator.q()),
                   TextCell(indicator.direction()), TextCell(indicator.meaning())});
  }
  return Show(context, answer, page);
}

}  // namespace

void AddInsightRisk(CLI::App& insight, Context& context) {
  AddCommand(
      insight, "risk", "The chance of an escalation in the next quarter, by customer",
      "strata insight risk --filter 'tier = \"strategic\"' --limit 20",
      [&context] { return Risk(context); }, context);

  auto quarters = std::make_shared<int>(4);
  AddCommand(
      insight, "backtest", "How well the risk model would have done in past quarters",
      "strata insight backtest --quarters 6",
      [&context, quarters] { return Backtest(context, *quarters); }, context)
      ->add_option("--quarters", *quarters, "Past quarters [4]")
      ->check(WholeNumber(1, 40));

  auto drop = std::make_shared<double>(0.3);
  AddCommand(
      insight, "indicators", "Which figures announce a decline, and how early",
      "strata insight indicators --drop 0.5",
      [&context, drop] { return Indicators(context, *drop); }, context)
      ->add_option("--drop", *drop, "What counts as a decline [0.3]")
      ->check(Share());
}

}  // namespace strata::cli
