#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/argument_check.h"
#include "client/cli/chart.h"
#include "client/cli/command.h"
#include "client/cli/delimited_output.h"
#include "client/cli/display_width.h"
#include "client/cli/insight_page.h"
#include "client/cli/result_footer.h"
#include "client/cli/segment_verbs.h"
#include "client/cli/text_table.h"
#include "client/cli/value_format.h"
#include "server/base/status_macros.h"

// `strata segment rfm`: how recently, how often and for how much customers buy.

namespace strata::cli {
namespace {

constexpr int kBarWidth = 16;
constexpr int kDefaultCustomers = 20;  // rows of a table for people

struct RfmArguments {
  int32_t bins = 0, window_days = 0;
  bool customers = false;
};

double Largest(const google::protobuf::RepeatedPtrField<v1::RfmName>& names,
               double (v1::RfmName::*share)() const) {
  double largest = 0;
  for (const v1::RfmName& name : names) largest = std::max(largest, (name.*share)());
  return largest;
}

// The ten names. Bars get what room the figures leave; those of one column are as long as its
// largest share asks for.
void PrintNames(const Terminal& terminal, const v1::ScoreRfmResponse& answer) {
  if (answer.names_size() == 0 || answer.cells_size() == 0) return;
  constexpr int kFiguresWidth = 80, kLeastBar = 4;
  const int width = std::min((terminal.width - kFiguresWidth) / 2, kBarWidth);
  const bool bars = terminal.rich && width >= kLeastBar;
  std::vector<TextTable::Column> columns = {{"name"}, {"customers", Align::kRight}};
  const auto add_share = [&] {
    columns.push_back({"share", Align::kRight});
    if (bars) columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
  };
  add_share();
  columns.push_back({"orders", Align::kRight});
  columns.push_back({"revenue", Align::kRight});
  add_share();
  TextTable table(std::move(columns));
  const double most = Largest(answer.names(), &v1::RfmName::share_of_customers);
  const double most_revenue = Largest(answer.names(), &v1::RfmName::share_of_revenue);
  for (const v1::RfmName& name : answer.names()) {
    std::vector<std::string> row = {Printable(name.name()), FormatInteger(name.customers())};
    const auto add = [&](double share, double largest) {
      row.push_back(FormatPercent(share));
      if (bars) row.push_back(largest > 0 ? Bar(share / largest, width) : "");
    };
    add(name.share_of_customers(), most);
    row.push_back(FormatInteger(name.orders()));
    row.push_back(FormatMoney(name.revenue(), answer.meta().currency_code()));
    add(name.share_of_revenue(), most_revenue);
    table.AddRow(std::move(row));
  }
  table.Print(terminal);
  terminal.out << '\n';
}

// Customers by recency and frequency score, whatever their monetary score: the best upper right.
HeatMap RecencyByFrequency(const v1::ScoreRfmResponse& answer, int bins) {
  std::map<std::pair<int, int>, int64_t> customers;
  int64_t most = 0;
  for (const v1::RfmCell& cell : answer.cells()) {
    most = std::max(most, customers[{cell.recency(), cell.frequency()}] += cell.customers());
  }
  HeatMap map;
  map.corner = "recency \\ frequency";
  for (int f = 1; f <= bins; ++f) map.columns.push_back(absl::StrCat(f));
  for (int r = bins; r >= 1; --r) {
    map.rows.push_back(absl::StrCat(r, r == bins ? " (latest)" : r == 1 ? " (longest ago)" : ""));
    std::vector<HeatMap::Cell>& row = map.cells.emplace_back();
    for (int f = 1; f <= bins; ++f) {
      const auto found = customers.find({r, f});
      if (found == customers.end()) {
        row.emplace_back();
      } else {
        row.push_back({static_cast<double>(found->second) / static_cast<double>(most),
                       FormatInteger(found->second)});
      }
    }
  }
  return map;
}

// The server states the quantiles; a value belongs to the next score from one unit above.
template <typename Cuts>
std::string CutsLine(absl::string_view measure, absl::string_view unit, const Cuts& cuts) {
  return absl::StrCat(
      measure, " ",
      absl::StrJoin(cuts, " | ",
                    [](std::string* out, double cut) { absl::StrAppend(out, FormatNumber(cut)); }),
      " ", unit);
}

void PrintCustomers(const Terminal& terminal, const v1::ScoreRfmResponse& answer, int limit) {
  TextTable table({{"customer"},
                   {"R", Align::kRight},
                   {"F", Align::kRight},
                   {"M", Align::kRight},
                   {"name"},
                   {"days ago", Align::kRight},
                   {"orders", Align::kRight},
                   {"revenue", Align::kRight}});
  const int shown = std::min(answer.customers_size(), limit);
  for (int i = 0; i < shown; ++i) {
    const v1::RfmCustomer& one = answer.customers(i);
    table.AddRow(
        {Printable(one.customer()), absl::StrCat(one.recency()), absl::StrCat(one.frequency()),
         absl::StrCat(one.monetary()), Printable(one.name()), FormatInteger(one.recency_days()),
         FormatInteger(one.orders()), FormatMoney(one.revenue(), answer.meta().currency_code())});
  }
  terminal.out << '\n';
  table.Print(terminal);
  if (shown < answer.customers_size()) {
    terminal.out << '\n'
                 << FormatInteger(shown) << " of " << FormatInteger(answer.customers_size())
                 << " customers: more with --limit N\n";
  }
}

void PrintRfm(const Context& context, const v1::ScoreRfmResponse& answer,
              const RfmArguments& args) {
  const Terminal& terminal = context.terminal();
  const int bins = answer.recency_cuts_size() + 1;
  PrintNames(terminal, answer);
  if (answer.cells_size() == 0) {
    terminal.out << "Nobody has bought anything yet.\n";
  } else {
    terminal.out << Bold(terminal, "Customers by recency and frequency score") << "\n\n";
    for (const std::string& line : DrawHeatMap(RecencyByFrequency(answer, bins), terminal.rich)) {
      terminal.out << line << '\n';
    }
    terminal.out << "\nquantiles that part the scores, before the one unit that is added:\n  "
                 << CutsLine("recency", "days", answer.recency_cuts()) << "\n  "
                 << CutsLine("frequency", "orders", answer.frequency_cuts()) << "\n  "
                 << CutsLine("monetary", Printable(answer.meta().currency_code()),
                             answer.monetary_cuts())
                 << '\n';
  }
  if (answer.not_scored() > 0) {
    terminal.out << FormatInteger(answer.not_scored())
                 << (answer.not_scored() == 1 ? " customer" : " customers")
                 << " without a purchase: not scored\n";
  }
  if (args.customers) {
    const int limit = context.flags().limit;
    PrintCustomers(terminal, answer, limit > 0 ? limit : kDefaultCustomers);
  }
  PrintResultFooter(terminal, answer.meta());
}

// The table that was asked for: customers, the names, or, of other bins than the names need, cells.
void WriteRfmCsv(std::ostream& out, const v1::ScoreRfmResponse& answer, const RfmArguments& args,
                 int limit) {
  if (args.customers) {
    WriteCsvRow(out, {"customer", "recency_days", "orders", "revenue", "recency", "frequency",
                      "monetary", "name"});
    const int count =
        limit > 0 ? std::min(limit, answer.customers_size()) : answer.customers_size();
    for (int i = 0; i < count; ++i) {
      const v1::RfmCustomer& one = answer.customers(i);
      WriteCsvRow(out,
                  {one.customer(), absl::StrCat(one.recency_days()), absl::StrCat(one.orders()),
                   PlainMoney(one.revenue()), absl::StrCat(one.recency()),
                   absl::StrCat(one.frequency()), absl::StrCat(one.monetary()), one.name()});
    }
    return;
  }
  if (args.bins != 0 && args.bins != 5) {
    WriteCsvRow(out, {"recency", "frequency", "monetary", "customers"});
    for (const v1::RfmCell& cell : answer.cells()) {
      WriteCsvRow(out, {absl::StrCat(cell.recency()), absl::StrCat(cell.frequency()),
                        absl::StrCat(cell.monetary()), absl::StrCat(cell.customers())});
    }
    return;
  }
  WriteCsvRow(out,
              {"name", "customers", "share_of_customers", "orders", "revenue", "share_of_revenue"});
  for (const v1::RfmName& name : answer.names()) {
    WriteCsvRow(out, {name.name(), absl::StrCat(name.customers()),
                      PlainNumber(name.share_of_customers()), absl::StrCat(name.orders()),
                      PlainMoney(name.revenue()), PlainNumber(name.share_of_revenue())});
  }
}

// With the customers of every page.
absl::StatusOr<v1::ScoreRfmResponse> FetchRfm(Context& context, const RfmArguments& args) {
  std::string page_token;
  const auto ask = [&] {
    return Ask(context, &Client::ScoreRfm, [&](v1::ScoreRfmRequest& request) {
      request.set_bins(args.bins);
      request.set_window_days(args.window_days);
      request.set_customers(args.customers);
      request.set_page_token(page_token);
    });
  };
  STRATA_ASSIGN_OR_RETURN(v1::ScoreRfmResponse all, ask());
  while (!all.next_page_token().empty()) {
    page_token = all.next_page_token();
    STRATA_ASSIGN_OR_RETURN(const v1::ScoreRfmResponse page, ask());
    all.mutable_customers()->MergeFrom(page.customers());
    all.set_next_page_token(page.next_page_token());
  }
  return all;
}

absl::Status Rfm(Context& context, const RfmArguments& args) {
  STRATA_ASSIGN_OR_RETURN(const v1::ScoreRfmResponse answer, FetchRfm(context, args));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteRfmCsv(context.out(), answer, args, context.flags().limit);
      TellNotes(context, answer.meta());
      break;
    case OutputForm::kTable:
      PrintRfm(context, answer, args);
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void AddSegmentRfm(CLI::App& segment, Context& context) {
  auto args = std::make_shared<RfmArguments>();
  CLI::App* rfm = AddCommand(
      segment, "rfm", "Recency, frequency and monetary scores, and their ten names",
      "strata segment rfm\n  strata segment rfm --window-days 365 --customers -o csv",
      [&context, args] { return Rfm(context, *args); }, context);
  rfm->add_option("--bins", args->bins, "Scores of each measure, 2 to 10 [5: the names need 5]")
      ->check(WholeNumber(2, 10))
      ->type_name("N");
  rfm->add_option("--window-days", args->window_days,
                  "Only purchases of the last so many days [all]")
      ->check(WholeNumber(1))
      ->type_name("D");
  rfm->add_flag("--customers", args->customers, "The scores of each customer too");
}

}  // namespace strata::cli
