#include "server/analytics/filter/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::filter {
namespace {

using ::testing::HasSubstr;

const fields::FieldCatalogue& Catalogue() {
  static const fields::FieldCatalogue* const catalogue = [] {
    ModelWorkspace model;
    model.customers.emplace_back().id = "a";
    model.customers[0].attributes = {{"plan", std::string("x")}, {"seats", 1.0}, {"beta", true}};
    return new fields::FieldCatalogue(*model.Build());
  }();
  return *catalogue;
}

std::string CanonicalOf(absl::string_view text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(text, Catalogue());
  return filter.ok() ? filter->Canonical() : std::string(filter.status().message());
}

struct Good {
  const char *text, *canonical;
};

class GoodFilters : public ::testing::TestWithParam<Good> {};

TEST_P(GoodFilters, AreEchoedInFullAndParseAgain) {
  EXPECT_EQ(CanonicalOf(GetParam().text), GetParam().canonical);
  EXPECT_EQ(CanonicalOf(GetParam().canonical), GetParam().canonical);
}

constexpr Good kGood[] = {
    // Literals by type.
    {"country=US", R"(country = "US")"},
    {"country = 'United States'", R"(country = "United States")"},
    {R"(country = "O\"Neill \\ \'x\' \*")", R"(country = "O\"Neill \\ 'x' \*")"},
    {"country = Côte-d.Or/1", R"(country = "Côte-d.Or/1")"},
    {"country = AND", R"(country = "AND")"},
    {"country = 5", R"(country = "5")"},
    // What is not known, in the words of other languages.
    {R"(country = "")", "NOT country:*"},
    {R"(country != '')", "country:*"},
    {"country = null", "NOT country:*"},
    {"country != NULL", "country:*"},
    {"NOT country = null", "country:*"},
    {"NOT NOT country = null", "NOT country:*"},
    {"orders = null AND strategic != null", "(NOT orders:* AND strategic:*)"},
    {"birth_date=null OR month != null", "(NOT birth_date:* OR month:*)"},
    {R"(country = "null")", R"(country = "null")"},
    {"country=U*", R"(country = "U*")"},
    {R"(country != "U*")", R"(country != "U*")"},
    {"country = *", R"(country = "*")"},
    {"country:Nit", R"(country:"Nit")"},
    {"country:*", "country:*"},
    {R"(country : "*")", "country:*"},
    {R"(country:"\*")", R"(country:"\*")"},
    {"revenue:*", "revenue:*"},
    {"strategic : *", "strategic:*"},
    {"day:*", "day:*"},
    {"revenue>1000", "revenue > 1000"},
    {"revenue >= +01000.50", "revenue >= 1000.5"},
    {"revenue < -.000001", "revenue < -0.000001"},
    {"revenue > -0", "revenue > 0"},
    // 1e16 units are 1e22 micros: sums are exact beyond 64 bits, so are their limits, up to the
    // 2^63 - 1 units of an amount.
    {"revenue > 9999999999999999", "revenue > 9999999999999999"},
    {"revenue > 9223372036854775807", "revenue > 9223372036854775807"},
    {"orders >= 007", "orders >= 7"},
    {"orders > 2.50", "orders > 2.5"},
    {"orders > -0.0", "orders > 0"},
    {"growth_90d > 0.10", "growth_90d > 0.1"},
    {"growth_90d > -1.5E3", "growth_90d > -1500"},
    {"growth_90d < 1e300", "growth_90d < 1e+300"},
    {"growth_90d < 1e-7", "growth_90d < 1e-07"},
    {"attribute:seats = 0.30000000000000004", "attribute:seats = 0.30000000000000004"},
    {"strategic = true", "strategic = true"},
    {"strategic", "strategic = true"},
    {"-placeholder", "NOT placeholder = true"},
    {"birth_date < 1990-05-01", "birth_date < 1990-05-01"},
    {"birth_date < '1990-05-01'", "birth_date < 1990-05-01"},
    {"rfm.r >= 4", "rfm.r >= 4"},
    {"weekday <= 5", "weekday <= 5"},
    {"month = 2024-01", R"(month = "2024-01")"},
    {"year>=2024", R"(year >= "2024")"},
    {"quarter = \"2024-Q1\"", R"(quarter = "2024-Q1")"},
    {"fiscal_year != FY2024", R"(fiscal_year != "FY2024")"},
    {"fiscal_quarter < FY2024-Q4", R"(fiscal_quarter < "FY2024-Q4")"},
    {"week > 2020-W53", R"(week > "2020-W53")"},
    {"day = 2024-02-29", "day = 2024-02-29"},
    // Attributes have a colon of their own.
    {"attribute:plan = gold", R"(attribute:plan = "gold")"},
    {"attribute:plan:*", "attribute:plan:*"},
    {"attribute:plan:old", R"(attribute:plan:"old")"},
    {"attribute:beta", "attribute:beta = true"},
    // AND, juxtaposition, OR, NOT.
    {"orders>1 AND units>2", "(orders > 1 AND units > 2)"},
    {"orders>1 units>2\tcountry=US", R"((orders > 1 AND units > 2 AND country = "US"))"},
    {"orders>1 AND units>2 OR units<1", "(orders > 1 AND (units > 2 OR units < 1))"},
    {"orders>1 OR units>2 AND units<9", "((orders > 1 OR units > 2) AND units < 9)"},
    {"orders>1 OR units>2 units<9 OR orders<3",
     "((orders > 1 OR units > 2) AND (units < 9 OR orders < 3))"},
    {"(orders>1 AND units>2) OR units<9", "((orders > 1 AND units > 2) OR units < 9)"},
    {"((orders>1 AND (units>2))) (units<9)", "(orders > 1 AND units > 2 AND units < 9)"},
    {"orders>1 OR (units>2 OR units<1)", "(orders > 1 OR units > 2 OR units < 1)"},
    {"NOT orders>1 OR units>2", "(NOT orders > 1 OR units > 2)"},
    {"NOT (orders>1 OR units>2)", "NOT (orders > 1 OR units > 2)"},
    {"-(orders>1 units>2)", "NOT (orders > 1 AND units > 2)"},
    {"NOT NOT orders>1", "orders > 1"},
    {"NOT -NOT orders>1", "NOT orders > 1"},
    {"orders>1 -units>2", "(orders > 1 AND NOT units > 2)"},
    {"orders>-1 -units>-2", "(orders > -1 AND NOT units > -2)"},
    {"(product_line = \"Ships\" OR product_line = \"Planes\") status != \"Disputed\"",
     R"(((product_line = "Ships" OR product_line = "Planes") AND status != "Disputed"))"},
    {"country = \"US\" AND revenue > 1000 AND NOT tier = \"standard\"",
     R"((country = "US" AND revenue > 1000 AND NOT tier = "standard"))"},
    // Everything.
    {"", ""},
    {" \t\n", ""},
};
INSTANTIATE_TEST_SUITE_P(Table, GoodFilters, ::testing::ValuesIn(kGood));

struct Bad {
  const char* text;
  int position;
  const char* message;
};

class BadFilters : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFilters, SayWhereAndWhatIsWrong) {
  const absl::StatusOr<Filter> filter = Filter::Parse(GetParam().text, Catalogue());
  ASSERT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument) << filter->Canonical();
  EXPECT_THAT(std::string(filter.status().message()),
              HasSubstr(absl::StrCat("at position ", GetParam().position, ": ")));
  EXPECT_THAT(std::string(filter.status().message()), HasSubstr(GetParam().message));
  const auto payload = filter.status().GetPayload(kFilterErrorPayload);
  ASSERT_TRUE(payload.has_value());
  EXPECT_TRUE(absl::StartsWith(std::string(*payload), absl::StrCat(GetParam().position, "|")));
}

constexpr Bad kBad[] = {
    {"contry = US", 0, "there is no field \"contry\"; nearest: country"},
    {"orders > 1 AND revnue > 5", 15, "nearest: revenue"},
    {"plan = x", 0, "attribute:plan"},
    {"attribute:nope = x", 0, "there is no field \"attribute:nope\""},
    {"orders", 6, "expected an operator after \"orders\", found the end of the filter"},
    {"orders AND units > 1", 7, "expected an operator"},
    {"orders >", 8, "expected a value after \">\", found the end"},
    {"orders > (1)", 9, "expected a value"},
    {"orders > AND", 9, "not with \"AND\""},
    {"orders = x", 9, "\"orders\" is compared with a number"},
    {"orders = \"5\"", 9, "compared with a number"},
    {"orders > 99999999999999999999", 9, "at most 9.2e18"},
    {"orders > 1e3", 9, "compared with a number"},
    {"orders > -", 9, "expected a value"},
    {"revenue > 0.1234567", 10, "more than six decimals"},
    {"revenue > 9223372036854775808", 10, "too large"},
    {"revenue = \"5\"", 10, "an amount"},
    {"growth_90d > nan", 13, "a number"},
    {"growth_90d > inf", 13, "a number"},
    {"growth_90d > 1e999", 13, "a number"},
    {"growth_90d > 0x10", 13, "a number"},
    {"strategic = yes", 12, "true or false"},
    {"strategic = \"true\"", 12, "true or false"},
    {"strategic > false", 10, "= and != only"},
    {"birth_date = 2024-02-30", 13, "no day of the calendar"},
    {"birth_date = 24-02-03", 13, "YYYY-MM-DD"},
    {"month = 2024-13", 8, "names no period"},
    {"year = 24", 7, "names no period"},
    {"week = 2021-W53", 7, "names no period"},
    {"fiscal_quarter = 2024-Q1", 17, "names no period"},
    {"month:2024", 5, "is a period"},
    {"orders:5", 6, "is no text"},
    {"country = \"a*b\"", 10, "a star stands at the end"},
    {"country < \"a*\"", 10, "a star stands at the end"},
    {"country:\"a*\"", 8, "a star stands at the end"},
    {"country = \"abc", 10, "no closing quote"},
    {"country = \"a\\n\"", 12, "a backslash stands before"},
    {"country = \"abc\\", 14, "a backslash stands before"},
    {"country == US", 8, "\"==\" is no operator here; write ="},
    {"country <> US", 8, "\"<>\" is no operator here; write !="},
    {"revenue => 5", 8, "write >="},
    {"country ~ US", 8, "write :"},
    {"country LIKE 'U%'", 8, "write country = \"text*\" for a beginning, country:\"text\""},
    {"country IN ('US', 'DE')", 8, "write (country = \"a\" OR country = \"b\")"},
    {"country in ('US')", 8, "\"in\" is no operator here"},
    {"country IS NOT NULL", 8, "write country:* for what is known, NOT country:*"},
    {"country NOT IN ('US')", 8, "NOT in front of the comparison: NOT country"},
    {"revenue BETWEEN 1 AND 5", 8, "write revenue >= 1 AND revenue <= 2"},
    {"country > null", 10, "write country:* for what is known"},
    {"country:null", 8, "NOT country:* for what is not"},
    {"orders = \"\"", 9, "compared with a number"},
    {"Country = US", 0, "there is no field \"Country\"; nearest: country"},
    {"country = United States", 17, "stands in quotes: \"United States\""},
    {"country = US contry = DE", 13, "nearest: country"},
    {"country = US && orders > 1", 13, "write AND"},
    {"country = US and orders > 1", 13, "write AND in capitals"},
    {"country = US || orders > 1", 13, "write OR"},
    {"country = “US”", 10, "straight quotes"},
    {"`country` = US", 0, "names of fields have no quotes"},
    {"revenue > 1,000", 11, "numbers have no separators"},
    {"country ! US", 8, "is no operator"},
    {"\"country\" = US", 0, "names of fields have no quotes"},
    {"(orders > 1", 11, "the \")\" of position 0"},
    {"orders > 1)", 10, "AND, OR or the end, found \")\""},
    {"()", 1, "expected a comparison, found \")\""},
    {"orders > 1 AND", 14, "expected a comparison, found the end"},
    {"AND orders > 1", 0, "expected a comparison, found \"AND\""},
    {"orders > 1 OR OR units > 1", 14, "found \"OR\""},
    {"NOT", 3, "expected a comparison, found the end"},
    {"orders > 1 and units > 1", 11, "write AND in capitals"},
    {"= 5", 0, "expected a comparison, found \"=\""},
    {"country = US, gender = F", 12, "has no meaning here"},
    {"country = \x01", 10, "a control character"},
};
INSTANTIATE_TEST_SUITE_P(Table, BadFilters, ::testing::ValuesIn(kBad));

TEST(Filter, NamesNearestFieldsInThePayload) {
  const auto status = Filter::Parse("orders > 1 contry = US", Catalogue()).status();
  EXPECT_EQ(std::string(*status.GetPayload(kFilterErrorPayload)).substr(0, 11), "11|country,");
}

TEST(Filter, ListsItsFieldsOnceInOrder) {
  const Filter filter =
      *Filter::Parse("status = x revenue > 1 OR country = a status = y -revenue > 3", Catalogue());
  std::vector<std::string> ids;
  for (const fields::Field* field : filter.fields()) ids.push_back(field->id);
  EXPECT_EQ(ids, (std::vector<std::string>{"status", "revenue", "country"}));
  EXPECT_EQ(CustomerFieldsOf(filter), (std::vector<std::string>{"revenue", "country"}));
  EXPECT_FALSE(filter.matches_all());
  EXPECT_TRUE(Filter::Parse("", Catalogue())->matches_all());
}

TEST(Filter, OutlivesTheCatalogue) {
  absl::StatusOr<Filter> filter = absl::UnknownError("");
  {
    const fields::FieldCatalogue copy = Catalogue();
    filter = Filter::Parse("country = US", copy);
  }
  EXPECT_EQ(filter->fields()[0]->id, "country");
  EXPECT_EQ(filter->Canonical(), R"(country = "US")");
}

std::string Repeated(absl::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

TEST(Filter, IsAtMost64LevelsDeep) {
  const auto nested = [](int levels) {
    return Repeated("(", levels) + "orders > 1" + Repeated(")", levels);
  };
  EXPECT_TRUE(Filter::Parse(nested(64), Catalogue()).ok());
  EXPECT_THAT(CanonicalOf(nested(65)), HasSubstr("at position 64: a filter is at most 64 levels"));
  EXPECT_THAT(CanonicalOf(Repeated("NOT ", 65) + "orders > 1"), HasSubstr("64 levels"));
  EXPECT_THAT(CanonicalOf(Repeated("(", 8'000)), HasSubstr("64 levels"));
  // Every parenthesis holds an AND of an OR: two levels of the filter as understood.
  const auto alternating = [](int pairs) {
    return Repeated("(units > 1 AND units > 2 OR ", pairs) + "orders > 1" + Repeated(")", pairs);
  };
  EXPECT_EQ(CanonicalOf(CanonicalOf(alternating(32))), CanonicalOf(alternating(32)));
  EXPECT_THAT(CanonicalOf(alternating(33)), HasSubstr("64 levels"));
}

TEST(Filter, HasAtMost512Comparisons) {
  EXPECT_TRUE(Filter::Parse(Repeated("age=1 ", 512), Catalogue()).ok());
  EXPECT_THAT(CanonicalOf(Repeated("age=1 ", 513)), HasSubstr("at most 512 comparisons"));
}

TEST(Filter, HasAtMost8KiBytes) {
  const std::string most = "country = \"" + std::string(8'192 - 12, 'x') + "\"";
  ASSERT_EQ(most.size(), 8'192u);
  EXPECT_EQ(CanonicalOf(most), most);
  EXPECT_THAT(CanonicalOf(most + " "), HasSubstr("at most 8192 bytes"));
  // Written out in full it is longer than what is read.
  EXPECT_THAT(CanonicalOf(Repeated("city=a ", 500) + "country=" + std::string(4'000, 'x')),
              HasSubstr("more than 8192 bytes"));
}

}  // namespace
}  // namespace strata::analytics::filter
