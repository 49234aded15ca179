#include "server/analytics/fields/row_field.h"

#include <gtest/gtest.h>

#include <string>

#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::fields {
namespace {

std::string TextOf(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* date = std::get_if<DateValue>(&value)) return FormatDay(date->day);
  if (const auto* number = std::get_if<int64_t>(&value)) return absl::StrCat(*number);
  return "null";
}

// The values of all orders, tickets ... in the order of the image, by way of the codes.
std::vector<std::string> ValuesOf(const image::Revision& revision, absl::string_view id,
                                  RowGrain facts, DayRange window) {
  const FieldCatalogue catalogue(revision);
  const Field& field = **catalogue.Find(id);
  const auto reader = *MakeRowField(field, facts, revision, window);
  std::vector<std::string> values;
  const auto read = [&](const FactRows& rows, size_t n) {
    std::vector<uint32_t> codes(n, 99'999);
    const auto middle = static_cast<uint32_t>(n / 2);  // in two calls: begin counts
    reader->Codes(rows, 0, middle, codes.data());
    reader->Codes(rows, middle, static_cast<uint32_t>(n), codes.data() + middle);
    for (const uint32_t code : codes) {
      EXPECT_LT(code, reader->size());
      values.push_back(TextOf(reader->ValueOf(code)));
    }
  };
  image::OrderRuns runs;
  for (const image::Block& block : revision.blocks) {
    if (facts == RowGrain::kOrder || facts == RowGrain::kLine) {
      for (const image::OrderRun& run : runs.Of(block)) {
        FactRows rows;
        rows.orders = &run;
        read(rows, field.grain == Grain::kLine ? run.lines : run.orders);
      }
    }
    FactRows rows;
    if (facts == RowGrain::kTicket && block.tickets != nullptr) {
      rows.tickets = block.tickets.get();
      read(rows, rows.tickets->key.size());
    }
    if (facts == RowGrain::kContract && block.contracts != nullptr) {
      rows.contracts = block.contracts.get();
      read(rows, rows.contracts->key.size());
    }
    if (facts == RowGrain::kSurvey && block.surveys != nullptr) {
      rows.surveys = block.surveys.get();
      read(rows, rows.surveys->key.size());
    }
  }
  return values;
}

using Texts = std::vector<std::string>;

const DayRange kWindow = {*ParseDay("2023-12-30"), *ParseDay("2024-07-31")};

// Orders of one customer, in time.
ModelWorkspace Orders() {
  ModelWorkspace model;
  model.settings.fiscal_first_month = 4;
  const size_t customer = model.Customer("a");
  const auto order = [&](absl::string_view day, std::string status, std::string channel,
                         std::vector<ModelLine> lines) {
    model.orders.push_back(
        {customer, *ParseDay(day), std::move(status), std::move(channel), std::move(lines)});
  };
  order("2023-12-31", "shipped", "web", {{"P2", "Ships", kOneUnit, 2'999'999'999}});
  order("2024-01-01", "cancelled", "",
        {{"P1", "", kOneUnit, 1'000'000'000}, {"", "Cars", 2 * kOneUnit, 2'000'000'000}});
  order("2024-06-30", "", "shop",
        {{"P1", "Cars", kOneUnit, 8'000'000'000}, {"P10", "Cars", -1 * kOneUnit, -1'000'000'000}});
  order("2024-07-31", "shipped", "web", {{"P2", "Ships", kOneUnit, 6'999'999'999}});
  return model;
}

TEST(RowField, ReadsFieldsOfOrdersAndLines) {
  const auto revision = Orders().Build();
  const auto values = [&](absl::string_view id) {
    return ValuesOf(*revision, id, RowGrain::kOrder, kWindow);
  };
  EXPECT_EQ(values("status"), (Texts{"shipped", "cancelled", "null", "shipped"}));
  EXPECT_EQ(values("channel"), (Texts{"web", "null", "shop", "web"}));
  // Thresholds 3,000 and 7,000 of the whole order: 2999.999999, 3000, 7000, 6999.999999.
  EXPECT_EQ(values("deal_size"), (Texts{"small", "medium", "large", "medium"}));
  EXPECT_EQ(values("product"), (Texts{"P2", "P1", "null", "P1", "P10", "P2"}));
  EXPECT_EQ(values("product_line"), (Texts{"Ships", "null", "Cars", "Cars", "Cars", "Ships"}));
}

TEST(RowField, ReadsPeriods) {
  const auto revision = Orders().Build();
  const auto values = [&](absl::string_view id) {
    return ValuesOf(*revision, id, RowGrain::kLine, kWindow);
  };
  EXPECT_EQ(values("year"), (Texts{"2023", "2024", "2024", "2024"}));
  EXPECT_EQ(values("quarter"), (Texts{"2023-Q4", "2024-Q1", "2024-Q2", "2024-Q3"}));
  // The fiscal year that starts in April 2023 ends in, and is named after, 2024.
  EXPECT_EQ(values("fiscal_year"), (Texts{"FY2024", "FY2024", "FY2025", "FY2025"}));
  EXPECT_EQ(values("fiscal_quarter"), (Texts{"FY2024-Q3", "FY2024-Q4", "FY2025-Q1", "FY2025-Q2"}));
  EXPECT_EQ(values("month"), (Texts{"2023-12", "2024-01", "2024-06", "2024-07"}));
  // 2023-12-31 was a Sunday, the last day of ISO week 52; 2024-06-30 a Sunday, 2024-07-31 a
  // Wednesday.
  EXPECT_EQ(values("week"), (Texts{"2023-W52", "2024-W01", "2024-W26", "2024-W31"}));
  EXPECT_EQ(values("day"), (Texts{"2023-12-31", "2024-01-01", "2024-06-30", "2024-07-31"}));
  EXPECT_EQ(values("weekday"), (Texts{"7", "1", "7", "3"}));
}

TEST(RowField, DaysOutsideTheWindowAreNotKnown) {
  const auto revision = Orders().Build();
  const DayRange window = {*ParseDay("2024-01-01"), *ParseDay("2024-06-30")};
  EXPECT_EQ(ValuesOf(*revision, "month", RowGrain::kOrder, window),
            (Texts{"null", "2024-01", "2024-06", "null"}));
}

TEST(RowField, ColumnsThatNoRowHasAreNotKnown) {
  ModelWorkspace model;
  model.Order("a", "2024-01-01", 1, "");
  const auto revision = model.Build();
  for (const char* id : {"status", "channel", "product", "product_line"}) {
    EXPECT_EQ(ValuesOf(*revision, id, RowGrain::kOrder, kWindow), Texts{"null"}) << id;
  }
}

TEST(RowField, ReadsTicketsContractsAndSurveys) {
  ModelWorkspace model;
  const size_t customer = model.Customer("a");
  ModelWorkspace::TicketRow ticket;
  ticket.customer = customer;
  ticket.opened = NoonOf(*ParseDay("2024-02-29"));
  ticket.priority = "P1";
  model.tickets = {ticket};
  model.contracts = {{customer, *ParseDay("2024-03-01"), kNoDay, 5, "Kim", "active"}};
  model.surveys = {{customer, *ParseDay("2024-04-01"), SurveyKind::kNps, 9},
                   {customer, *ParseDay("2024-04-02"), SurveyKind::kCsat, 5}};
  const auto revision = model.Build();
  const auto values = [&](absl::string_view id, RowGrain facts) {
    return ValuesOf(*revision, id, facts, kWindow);
  };
  EXPECT_EQ(values("priority", RowGrain::kTicket), Texts{"P1"});
  EXPECT_EQ(values("category", RowGrain::kTicket), Texts{"null"});
  EXPECT_EQ(values("month", RowGrain::kTicket), Texts{"2024-02"});
  EXPECT_EQ(values("contract_owner", RowGrain::kContract), Texts{"Kim"});
  EXPECT_EQ(values("contract_status", RowGrain::kContract), Texts{"active"});
  EXPECT_EQ(values("month", RowGrain::kContract), Texts{"2024-03"});
  EXPECT_EQ(values("survey_kind", RowGrain::kSurvey), (Texts{"nps", "csat"}));
  EXPECT_EQ(values("weekday", RowGrain::kSurvey), (Texts{"1", "2"}));
}

TEST(RowField, CodesAscendWithTheValues) {
  const auto revision = Orders().Build();
  const FieldCatalogue catalogue(*revision);
  for (const char* id : {"status", "product", "product_line", "year", "month", "week", "day"}) {
    const auto reader = *MakeRowField(**catalogue.Find(id), RowGrain::kLine, *revision, kWindow);
    for (uint32_t code = 2; code < reader->size(); ++code) {
      EXPECT_LT(TextOf(reader->ValueOf(code - 1)), TextOf(reader->ValueOf(code))) << id;
    }
  }
  const auto sizes =
      *MakeRowField(**catalogue.Find("deal_size"), RowGrain::kOrder, *revision, kWindow);
  EXPECT_EQ(TextOf(sizes->ValueOf(1)), "small");
  EXPECT_EQ(TextOf(sizes->ValueOf(3)), "large");
  const auto months =
      *MakeRowField(**catalogue.Find("month"), RowGrain::kOrder, *revision, kWindow);
  EXPECT_EQ(months->size(), 9u);  // unknown, 2023-12 to 2024-07
}

TEST(RowField, RefusesFieldsOfOtherFacts) {
  const auto revision = Orders().Build();
  const FieldCatalogue catalogue(*revision);
  for (const auto& [id, facts] :
       std::vector<std::pair<const char*, RowGrain>>{{"status", RowGrain::kTicket},
                                                     {"priority", RowGrain::kOrder},
                                                     {"country", RowGrain::kOrder},
                                                     {"survey_kind", RowGrain::kContract}}) {
    EXPECT_EQ(MakeRowField(**catalogue.Find(id), facts, *revision, kWindow).status().code(),
              absl::StatusCode::kInvalidArgument)
        << id;
  }
}

}  // namespace
}  // namespace strata::analytics::fields
