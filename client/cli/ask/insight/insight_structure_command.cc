#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/ask/insight/insight_page.h"
#include "client/cli/ask/insight/insight_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/sheet.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/command.h"
#include "strata/v1/insight_service.pb.h"

// How revenue is made up: `strata insight concentration`, `distribution`, `volatility`,
// `retention`.

namespace strata::cli {
namespace {

std::string Series(const google::protobuf::RepeatedPtrField<v1::Amount>& amounts) {
  std::vector<std::optional<double>> figures;
  for (const v1::Amount& amount : amounts) figures.push_back(Magnitude(amount));
  return Sparkline(figures);
}

// Below the figures, where there is something to see.
void AddLorenzCurve(const v1::AnalyzeConcentrationResponse& answer, bool rich, Page& page) {
  if (answer.lorenz_size() < 2) return;
  Plot plot{.series = {{.points = {{0, 0}, {1, 1}}, .reference = true}, {}},
            .width = 50,
            .height = 14,
            .y_top = "100%",
            .y_bottom = "0%",
            .x_left = "0% of customers, lowest revenue first",
            .x_right = "100%"};
  for (const v1::LorenzPoint& point : answer.lorenz()) {
    plot.series[1].points.emplace_back(point.population(), point.revenue());
  }
  page.tail.emplace_back("Lorenz curve: cumulative share of revenue, and where equality would lie");
  page.tail.emplace_back();
  for (std::string& line : DrawPlot(plot, rich)) page.tail.push_back(std::move(line));
  page.tail.emplace_back();
}

absl::Status Concentration(Context& context) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::AnalyzeConcentrationResponse answer,
      Ask(context, &Client::AnalyzeConcentration, [](v1::AnalyzeConcentrationRequest&) {}));
  Page page{{}, Sheet({{"top"}, {"customers"}, {"revenue"}, {"share"}}), {}};
  for (const v1::TopShare& top : answer.top()) {
    page.main.Add({ShareCell(top.population()), CountCell(top.customers()),
                   MoneyCell(top.revenue(), answer.meta().currency_code()),
                   ShareCell(top.share())});
  }
  page.head = {
      absl::StrFormat("Gini %.6f (corrected %.6f), HHI %.6f, as concentrated as %.1f equal "
                      "customers",
                      answer.gini(), answer.gini_corrected(), answer.hhi(),
                      answer.effective_number()),
      absl::StrCat(FormatInteger(answer.customers_for_80()), " customers give 80% of the revenue")};
  AddLorenzCurve(answer, context.terminal().rich, page);
  for (const v1::AbcClass& abc : answer.abc()) {
    page.tail.push_back(absl::StrCat("class ", Printable(abc.name()), ": ",
                                     FormatInteger(abc.customers()), " customers, ",
                                     FormatMoney(abc.revenue(), answer.meta().currency_code()),
                                     " or ", FormatPercent(abc.share()), " of the revenue"));
  }
  for (const v1::RevenueLoss& loss : answer.losses()) {
    page.tail.push_back(absl::StrCat("if the top ", loss.customers(), " left: ",
                                     FormatMoney(loss.revenue(), answer.meta().currency_code()),
                                     " or ", FormatPercent(loss.share()), " of the revenue"));
  }
  return Show(context, answer, page);
}

// Customers by revenue, those of the top group told apart; bars on a rich terminal only.
void AddHistogram(const v1::CompareDistributionResponse& answer, bool rich, Page& page) {
  constexpr int kBarWidth = 40;
  int64_t most = 1;
  for (const v1::HistogramBin& bin : answer.histogram()) most = std::max(most, bin.customers());
  if (!rich || answer.histogram_size() == 0) return;
  page.tail.emplace_back("Customers by revenue, bins of equal ratio");
  for (const v1::HistogramBin& bin : answer.histogram()) {
    if (bin.customers() == 0) continue;
    page.tail.push_back(absl::StrFormat(
        "%16s  %s %s%s",
        absl::StrCat("from ", FormatMoney(bin.from(), answer.meta().currency_code())),
        Bar(static_cast<double>(bin.customers()) / static_cast<double>(most), kBarWidth),
        FormatInteger(bin.customers()),
        bin.top_customers() == 0
            ? ""
            : absl::StrCat(" (", FormatInteger(bin.top_customers()), " of the top)")));
  }
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
  const std::string& currency = answer.meta().currency_code();
  for (const v1::DistributionMeasure& measure : answer.measures()) {
    if (measure.percentiles_size() != 7) continue;  // 5, 10, 25, 50, 75, 90, 95
    page.main.Add(
        {TextCell(measure.measure()), ValueCell(measure.top_median(), currency),
         ValueCell(measure.median(), currency), NumberCell(measure.ratio()),
         ValueCell(measure.percentiles(0), currency), ValueCell(measure.percentiles(2), currency),
         ValueCell(measure.percentiles(4), currency), ValueCell(measure.percentiles(6), currency)});
  }
  AddHistogram(answer, context.terminal().rich, page);
  page.tables = {answer.deal_sizes(), answer.purchasing()};
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
                   {"by month", true, TextTable::Fit::kKeep}}),
            {answer.findings().begin(), answer.findings().end()}};
  for (const v1::VolatilityGroup& group : answer.groups()) {
    page.main.Add({TextCell(group.group()),
                   CountCell(group.customers()),
                   CountCell(group.months()),
                   CountCell(group.empty_months()),
                   MoneyCell(group.mean(), answer.meta().currency_code()),
                   ValueCell(group.cv(), ""),
                   ValueCell(group.cv_detrended(), ""),
                   ValueCell(group.cv_of_changes(), ""),
                   CountCell(group.halvings()),
                   {context.terminal().rich ? Series(group.series()) : "", ""}});
  }
  return Show(context, answer, page);
}

// Cohorts by months: a heat map for people, since a triangle of shares is easier seen than read.
std::vector<std::string> CohortMap(const v1::AnalyzeRetentionResponse& answer, bool rich) {
  HeatMap map{.corner = "cohort"};
  map.columns = {"customers"};
  for (int n = 1; n <= answer.weighted_mean_size(); ++n)
    map.columns.push_back(absl::StrCat("+", n));
  const auto add = [&map](const std::string& label, int64_t customers, const auto& shares) {
    std::vector<HeatMap::Cell> row = {{.figure = FormatInteger(customers)}};
    for (const v1::Value& share : shares) {
      const bool known = share.kind_case() == v1::Value::kNumber;
      row.push_back(
          known ? HeatMap::Cell{share.number(), absl::StrFormat("%.0f%%", 100 * share.number())}
                : HeatMap::Cell{});
    }
    map.rows.push_back(label);
    map.cells.push_back(std::move(row));
  };
  for (const v1::Cohort& cohort : answer.cohorts()) {
    add(Printable(cohort.month()), cohort.customers(), cohort.returned());
  }
  add("weighted mean", answer.coverage().customers(), answer.weighted_mean());
  return DrawHeatMap(map, rich);
}

// One row a cohort with all decimals, for programs.
Sheet CohortSheet(const v1::AnalyzeRetentionResponse& answer) {
  std::vector<Sheet::Column> columns = {{"cohort", true}, {"customers"}};
  // Not "+1" as in the table: a spreadsheet would take that for a formula.
  for (int n = 1; n <= answer.weighted_mean_size(); ++n) {
    columns.push_back({absl::StrCat("month_", n)});
  }
  Sheet sheet(std::move(columns));
  const auto add = [&sheet](const std::string& label, int64_t customers, const auto& shares) {
    std::vector<SheetCell> row = {TextCell(label), CountCell(customers)};
    for (const v1::Value& share : shares) {
      row.push_back(share.kind_case() == v1::Value::kNumber ? ShareCell(share.number())
                                                            : SheetCell{});
    }
    sheet.Add(std::move(row));
  };
  for (const v1::Cohort& cohort : answer.cohorts()) {
    add(cohort.month(), cohort.customers(), cohort.returned());
  }
  add("weighted mean", answer.coverage().customers(), answer.weighted_mean());
  return sheet;
}

absl::Status Retention(Context& context, int months) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::AnalyzeRetentionResponse answer,
      Ask(context, &Client::AnalyzeRetention,
          [&](v1::AnalyzeRetentionRequest& request) { request.set_months(months); }));
  if (context.flags().output == OutputForm::kCsv) {
    CohortSheet(answer).WriteCsv(context.out());
    TellNotes(context.terminal(), answer.meta());
    return absl::OkStatus();
  }
  Page page{{"Share of each cohort (month of the first order) that ordered again in month n"},
            Sheet({}),
            {},
            {answer.revenue_retention().begin(), answer.revenue_retention().end()}};
  page.head.emplace_back();
  for (std::string& line : CohortMap(answer, context.terminal().rich)) {
    page.head.push_back(std::move(line));
  }
  return Show(context, answer, page);
}

}  // namespace

void AddInsightStructure(CLI::App& insight, Context& context) {
  AddCommand(
      insight, "concentration", "How much of the revenue hangs on how few customers",
      "strata insight concentration --from 2025-01-01",
      [&context] { return Concentration(context); }, context);

  auto top_share = std::make_shared<double>(0.2);
  AddCommand(
      insight, "distribution", "The top customers against the median customer",
      "strata insight distribution --top 0.1",
      [&context, top_share] { return Distribution(context, *top_share); }, context)
      ->add_option("--top", *top_share, "Share of the customers that is the top [0.2]")
      ->check(Share());

  auto by = std::make_shared<std::string>();
  AddCommand(
      insight, "volatility", "How steady the monthly revenue of each group is",
      "strata insight volatility --by industry",
      [&context, by] { return Volatility(context, *by); }, context)
      ->add_option("--by", *by, "Field of customers [strategic against the rest]");

  auto months = std::make_shared<int>(12);
  AddCommand(
      insight, "retention", "Who came back, by month of the first order",
      "strata insight retention --months 6 --from 2025-01-01",
      [&context, months] { return Retention(context, *months); }, context)
      ->add_option("--months", *months, "Months after the first [12]")
      ->check(WholeNumber(1, 60));
}

}  // namespace strata::cli
