#include "client/cli/ask/customer/customer_outlook.h"

#include <cmath>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "server/domain/currency.h"
#include "strata/v1/insight_service.pb.h"

namespace strata::cli {
namespace {

constexpr int kBarWidth = 12;

// How a feature of the risk model reads. The model keeps counts, days and amounts as log(1 + x),
// trends as log ratios.
struct Reading {
  enum class Scale : uint8_t { kPlain, kLogOnePlus, kLogMoney, kLogRatio, kShare };
  const char* feature;
  const char* words;
  Scale scale;
};
constexpr Reading kReadings[] = {
    {"orders", "orders in the last quarter", Reading::Scale::kPlain},
    {"order_trend", "orders against the quarters before", Reading::Scale::kLogRatio},
    {"revenue_trend", "amount against the quarters before", Reading::Scale::kLogRatio},
    {"order_value_trend", "mean order against the half-year before", Reading::Scale::kLogRatio},
    {"recency", "days since the last order", Reading::Scale::kLogOnePlus},
    {"tickets", "tickets in the last quarter", Reading::Scale::kLogOnePlus},
    {"ticket_trend", "tickets against the quarters before", Reading::Scale::kLogRatio},
    {"open_tickets", "open tickets", Reading::Scale::kLogOnePlus},
    {"escalations", "escalations in the last year", Reading::Scale::kLogOnePlus},
    {"sla_breach_rate", "SLA breaches", Reading::Scale::kShare},
    {"first_response", "hours to the first response", Reading::Scale::kLogOnePlus},
    {"low_ratings", "ratings of 1 to 3", Reading::Scale::kShare},
    {"late_deliveries", "late deliveries", Reading::Scale::kShare},
    {"revenue", "amount ordered in the last year", Reading::Scale::kLogMoney},
};

Reading ReadingOf(const std::string& feature) {
  for (const Reading& reading : kReadings) {
    if (feature == reading.feature) return reading;
  }
  return {"", "", Reading::Scale::kPlain};
}

std::string Figure(double value, Reading::Scale scale, const std::string& currency) {
  switch (scale) {
    case Reading::Scale::kLogOnePlus:
      return FormatNumber(std::expm1(value));
    case Reading::Scale::kLogMoney:
      return MoneyText(std::expm1(value), currency);
    case Reading::Scale::kLogRatio:
      return FormatChange(std::expm1(value));
    case Reading::Scale::kShare:
      return FormatPercent(value);
    case Reading::Scale::kPlain:
      break;
  }
  return FormatNumber(value);
}

}  // namespace

void PrintHealth(const Terminal& terminal, const v1::GetCustomerResponse& customer) {
  const v1::Health& health = customer.health();
  if (health.score().kind_case() != v1::Value::kNumber) {
    terminal.out << '\n' << Bold(terminal, "Health") << "\n\nnothing is known of it\n";
    return;
  }
  terminal.out << '\n'
               << Bold(terminal,
                       absl::StrFormat("Health %.0f of 100, from %.0f%% of what makes it up",
                                       health.score().number(), 100 * health.coverage()))
               << "\n\n";
  std::vector<TextTable::Column> columns = {
      {""}, {"score", Align::kRight}, {"weight", Align::kRight}};
  if (terminal.rich) columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
  columns.push_back({"", Align::kLeft, TextTable::Fit::kWrap});
  TextTable table(std::move(columns));
  for (const v1::HealthComponent& component : health.components()) {
    const bool known = component.score().kind_case() == v1::Value::kNumber;
    const double score = component.score().number();
    std::vector<std::string> cells = {
        absl::StrReplaceAll(Printable(component.component()), {{"_", " "}}),
        known ? absl::StrFormat("%.0f", score) : "–",
        absl::StrFormat("%.0f%%", 100 * component.weight())};
    if (terminal.rich) cells.push_back(known ? Bar(score / 100, kBarWidth) : "");
    cells.push_back(Printable(component.meaning()));
    table.AddRow(std::move(cells));
  }
  table.Print(terminal);
}

void PrintRisk(const Terminal& terminal, const v1::GetCustomerResponse& customer) {
  const bool scorecard = customer.risk_model().kind() == "scorecard";
  if (!customer.has_risk()) {
    terminal.out << '\n'
                 << Bold(terminal, "Escalation risk")
                 << "\n\nnot assessed: no order or ticket in the year up to "
                 << Printable(customer.meta().as_of()) << '\n';
    return;
  }
  const std::string head =
      scorecard
          ? absl::StrFormat("Escalation risk: score %.2f of 1 on a scorecard",
                            customer.risk().risk())
          : absl::StrCat(
                "Escalation risk within the next quarter: ", FormatPercent(customer.risk().risk()),
                " (of all customers ", FormatPercent(customer.risk_model().base_rate()), ")");
  terminal.out << '\n' << Bold(terminal, head) << "\n\n";
  if (scorecard) terminal.out << Printable(customer.risk_model().reason()) << "\n\n";
  TextTable table({{"what moves it most"},
                   {"here", Align::kRight},
                   {"average", Align::kRight},
                   {"risk"},
                   {scorecard ? "score" : "log-odds", Align::kRight}});
  const std::string& currency = customer.meta().currency_code();
  for (const v1::Driver& driver : customer.risk().drivers()) {
    const Reading reading = ReadingOf(driver.feature());
    const double part = driver.contribution();
    table.AddRow({*reading.words == 0 ? Printable(driver.feature()) : reading.words,
                  driver.assumed() ? "not known" : Figure(driver.value(), reading.scale, currency),
                  Figure(driver.average(), reading.scale, currency),
                  part > 0   ? "raises"
                  : part < 0 ? "lowers"
                             : "–",
                  absl::StrFormat("%+.3f", part)});
  }
  table.Print(terminal);
}

}  // namespace strata::cli
