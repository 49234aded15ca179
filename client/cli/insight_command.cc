#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/chart.h"
#include "client/cli/command.h"
#include "client/cli/result_footer.h"
#include "client/cli/sheet.h"
#include "client/cli/text_table.h"
#include "client/cli/value_format.h"
#include "server/base/status_macros.h"

// The verbs of `strata insight`: one question each, the main table as csv.

namespace strata::cli {
namespace {

// What stands around the main table for people: lines before it, further tables and lines after it.
struct Page {
  std::vector<std::string> head;
  Sheet main;
  std::vector<std::string> tail;
};

// Prints an answer in the form that was asked for.
template <typename Response>
absl::Status Show(Context& context, const Response& answer, const Page& page) {
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      page.main.WriteCsv(context.out());
      return absl::OkStatus();
    case OutputForm::kTable:
      break;
  }
  if (!answer.coverage().sufficient() && !answer.coverage().reason().empty()) {
    context.out() << "The data carry this only so far: " << answer.coverage().reason() << "\n\n";
  }
  for (const std::string& line : page.head) context.out() << line << '\n';
  if (!page.head.empty()) context.out() << '\n';
  page.main.Print(context.terminal());
  if (!page.tail.empty()) context.out() << '\n';
  for (const std::string& line : page.tail) context.out() << line << '\n';
  PrintResultFooter(context.terminal(), answer.meta());
  return absl::OkStatus();
}

// Asks a question whose request is scope and what `fill` sets.
template <typename Request, typename Response, typename Fill>
absl::StatusOr<Response> Ask(Context& context,
                             absl::StatusOr<Response> (Client::*method)(Request, CallOptions),
                             Fill fill) {
  Request request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  fill(request);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  return (client->*method)(std::move(request), context.call_options());
}

std::string Series(const google::protobuf::RepeatedPtrField<v1::Amount>& amounts) {
  std::vector<std::optional<double>> figures;
  for (const v1::Amount& amount : amounts) figures.push_back(static_cast<double>(amount.units()));
  return Sparkline(figures);
}

absl::Status Concentration(Context& context) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::AnalyzeConcentrationResponse answer,
      Ask(context, &Client::AnalyzeConcentration, [](v1::AnalyzeConcentrationRequest&) {}));
  Page page{{}, Sheet({{"top"}, {"customers"}, {"revenue"}, {"share"}}), {}};
  for (const v1::TopShare& top : answer.top()) {
    page.main.Add({ShareCell(top.population()), CountCell(top.customers()),
                   MoneyCell(top.revenue()), ShareCell(top.share())});
  }
  page.head = {
      absl::StrFormat("Gini %.6f (corrected %.6f), HHI %.6f, as concentrated as %.1f equal "
                      "customers",
                      answer.gini(), answer.gini_corrected(), answer.hhi(),
                      answer.effective_number()),
      absl::StrCat(FormatInteger(answer.customers_for_80()), " customers give 80% of the revenue")};
  for (const v1::RevenueLoss& loss : answer.losses()) {
    page.tail.push_back(absl::StrCat("if the top ", loss.customers(),
                                     " left: ", FormatMoney(loss.revenue()), " or ",
                                     FormatPercent(loss.share()), " of the revenue"));
  }
  return Show(context, answer, page);
}

absl::Status Distribution(Context& context, double top_share) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::CompareDistributionResponse answer,
      Ask(context, &Client::CompareDistribution,
          [&](v1::CompareDistributionRequest& request) { request.set_top_share(top_share); }));
  Page page{{absl::StrCat("The median of the top ", FormatInteger(answer.top_customers()),
                          " customers against the median customer")},
            Sheet({{"measure", true},
                   {"top_median"},
                   {"median"},
                   {"ratio"},
                   {"p5"},
                   {"p25"},
                   {"p75"},
                   {"p95"}}),
            {}};
  for (const v1::DistributionMeasure& measure : answer.measures()) {
    if (measure.percentiles_size() != 7) continue;  // 5, 10, 25, 50, 75, 90, 95
    page.main.Add({TextCell(measure.measure()), ValueCell(measure.top_median()),
                   ValueCell(measure.median()), NumberCell(measure.ratio()),
                   ValueCell(measure.percentiles(0)), ValueCell(measure.percentiles(2)),
                   ValueCell(measure.percentiles(4)), ValueCell(measure.percentiles(6))});
  }
  return Show(context, answer, page);
}

absl::Status Volatility(Context& context, const std::string& by) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::AnalyzeVolatilityResponse answer,
      Ask(context, &Client::AnalyzeVolatility,
          [&](v1::AnalyzeVolatilityRequest& request) { request.set_group_by(by); }));
  Page page{{},
            Sheet({{"group", true},
                   {"customers"},
                   {"months"},
                   {"empty_months"},
                   {"mean"},
                   {"cv"},
                   {"cv_detrended"},
                   {"cv_of_changes"},
                   {"halvings"},
                   {"by month", true}}),
            {answer.findings().begin(), answer.findings().end()}};
  for (const v1::VolatilityGroup& group : answer.groups()) {
    page.main.Add({TextCell(group.group()),
                   CountCell(group.customers()),
                   CountCell(group.months()),
                   CountCell(group.empty_months()),
                   MoneyCell(group.mean()),
                   ValueCell(group.cv()),
                   ValueCell(group.cv_detrended()),
                   ValueCell(group.cv_of_changes()),
                   CountCell(group.halvings()),
                   {context.terminal().rich ? Series(group.series()) : "", ""}});
  }
  return Show(context, answer, page);
}

absl::Status Retention(Context& context, int months) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::AnalyzeRetentionResponse answer,
      Ask(context, &Client::AnalyzeRetention,
          [&](v1::AnalyzeRetentionRequest& request) { request.set_months(months); }));
  std::vector<Sheet::Column> columns = {{"cohort", true}, {"customers"}};
  for (int n = 1; n <= answer.weighted_mean_size(); ++n) columns.push_back({absl::StrCat("+", n)});
  Page page{{"Share of each cohort (month of the first order) that ordered again in month n"},
            Sheet(std::move(columns)),
            {}};
  const auto share = [](const v1::Value& value) {
    return value.kind_case() == v1::Value::kNumber ? ShareCell(value.number()) : SheetCell{"", ""};
  };
  for (const v1::Cohort& cohort : answer.cohorts()) {
    std::vector<SheetCell> row = {TextCell(cohort.month()), CountCell(cohort.customers())};
    for (const v1::Value& value : cohort.returned()) row.push_back(share(value));
    page.main.Add(std::move(row));
  }
  std::vector<SheetCell> mean = {TextCell("weighted mean"),
                                 CountCell(answer.coverage().customers())};
  for (const v1::Value& value : answer.weighted_mean()) mean.push_back(share(value));
  page.main.Add(std::move(mean));
  return Show(context, answer, page);
}

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
  Page page{{"Chance of an escalation within a quarter: " + ModelLine(answer.model())},
            Sheet({{"customer", true},
                   {"name", true},
                   {"risk"},
                   {"tier", true},
                   {"owner", true},
                   {"revenue_365d"},
                   {"driven by", true}}),
            {}};
  for (const v1::RankedRisk& ranked : answer.customers()) {
    std::string drivers;
    for (int i = 0; i < std::min(3, ranked.drivers_size()); ++i) {
      absl::StrAppend(&drivers, i == 0 ? "" : ", ", ranked.drivers(i).feature(),
                      absl::StrFormat(" %+.2f", ranked.drivers(i).contribution()));
    }
    page.main.Add({TextCell(ranked.customer()), TextCell(ranked.display_name()),
                   ShareCell(ranked.risk()), TextCell(ranked.tier()),
                   TextCell(ranked.account_owner()), MoneyCell(ranked.revenue_365d()),
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
                   {"precision at k", true}}),
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
                   ValueCell(quarter.auc()), ValueCell(quarter.auc_tickets()),
                   ValueCell(quarter.auc_revenue_drop()),
                   TextCell(precision(quarter.precision()))});
  }
  page.tail.push_back(absl::StrCat("base rate ", FormatPercent(answer.base_rate()), ", precision ",
                                   precision(answer.precision())));
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
                   {"direction", true},
                   {"meaning", true}}),
            {}};
  for (const v1::Indicator& indicator : answer.indicators()) {
    page.main.Add({TextCell(indicator.feature()), CountCell(indicator.best_lag_quarters()),
                   ValueCell(indicator.auc()), NumberCell(indicator.q()),
                   TextCell(indicator.direction()), TextCell(indicator.meaning())});
  }
  return Show(context, answer, page);
}

}  // namespace

void RegisterInsight(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "insight", "The questions leadership asks, with evidence");
  AddCommand(
      *noun, "concentration", "How much of the revenue hangs on how few customers",
      "strata insight concentration --from 2025-01-01",
      [&context] { return Concentration(context); }, context);

  auto top_share = std::make_shared<double>(0.2);
  AddCommand(
      *noun, "distribution", "The top customers against the median customer",
      "strata insight distribution --top 0.1",
      [&context, top_share] { return Distribution(context, *top_share); }, context)
      ->add_option("--top", *top_share, "Share of the customers that is the top [0.2]");

  auto by = std::make_shared<std::string>();
  AddCommand(
      *noun, "volatility", "How steady the monthly revenue of each group is",
      "strata insight volatility --by industry",
      [&context, by] { return Volatility(context, *by); }, context)
      ->add_option("--by", *by, "Field of customers [strategic against the rest]");

  auto months = std::make_shared<int>(12);
  AddCommand(
      *noun, "retention", "Who came back, by month of the first order",
      "strata insight retention --months 6 --from 2025-01-01",
      [&context, months] { return Retention(context, *months); }, context)
      ->add_option("--months", *months, "Months after the first [12]");

  AddCommand(
      *noun, "risk", "The chance of an escalation in the next quarter, by customer",
      "strata insight risk --filter 'tier = \"strategic\"' --limit 20",
      [&context] { return Risk(context); }, context);

  auto quarters = std::make_shared<int>(4);
  AddCommand(
      *noun, "backtest", "How well the risk model would have done in past quarters",
      "strata insight backtest --quarters 6",
      [&context, quarters] { return Backtest(context, *quarters); }, context)
      ->add_option("--quarters", *quarters, "Past quarters [4]");

  auto drop = std::make_shared<double>(0.3);
  AddCommand(
      *noun, "indicators", "Which figures announce a decline, and how early",
      "strata insight indicators --drop 0.5",
      [&context, drop] { return Indicators(context, *drop); }, context)
      ->add_option("--drop", *drop, "What counts as a decline [0.3]");
}

}  // namespace strata::cli
