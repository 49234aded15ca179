#include "client/cli/ask/segment/segment_rfm_view.h"

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace strata::cli {
namespace {

v1::ScoreRfmResponse Answer() {
  v1::ScoreRfmResponse answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        meta { revision: 7 currency_code: "USD" }
        recency_cuts: 100
        names { name: "Champions" customers: 3 share_of_customers: 0.6 }
        cells { recency: 1 frequency: 2 monetary: 1 customers: 2 }
        cells { recency: 1 frequency: 2 monetary: 2 customers: 3 }
        customers { customer: "ann" recency: 2 frequency: 1 monetary: 1 }
        customers { customer: "bob" recency: 1 frequency: 1 monetary: 2 })pb",
      &answer));
  return answer;
}

const Section* Find(const Document& document, const std::string& id) {
  for (const Section& section : document.sections) {
    if (section.id == id) return &section;
  }
  return nullptr;
}

TEST(RfmDocument, NamesAreItsCsvUnlessOtherwiseAsked) {
  EXPECT_EQ(RfmDocument(Answer(), {}).part, "names");
  EXPECT_EQ(RfmDocument(Answer(), {.names_fit = false}).part, "cells");
  EXPECT_EQ(RfmDocument(Answer(), {.customers = true}).part, "customers");
  EXPECT_EQ(Find(RfmDocument(Answer(), {}), "customers"), nullptr);
}

TEST(RfmDocument, TheMatrixSumsOverMonetaryScores) {
  const Document document = RfmDocument(Answer(), {});
  const Section* scores = Find(document, "scores");
  ASSERT_NE(scores, nullptr);
  ASSERT_EQ(scores->table->rows.size(), 2u);  // of recency 2 and 1
  EXPECT_EQ(scores->table->rows[1][2].value.integer(), 5);
  EXPECT_EQ(scores->table->rows[0][1].value.kind_case(), v1::Value::KIND_NOT_SET);
  EXPECT_EQ(document.meta->revision(), 7);
}

TEST(RfmDocument, PeopleSeeTheFirstCustomersAndProgramsAll) {
  const Document limited = RfmDocument(Answer(), {.customers = true, .limit = 1});
  EXPECT_EQ(Find(limited, "customers")->table->rows.size(), 1u);
  EXPECT_EQ(Find(limited, "customers")->tail[0].text, "1 of 2 customers: more with --limit N");
  const Document all = RfmDocument(Answer(), {.customers = true});
  EXPECT_EQ(Find(all, "customers")->table->rows.size(), 2u);
  EXPECT_TRUE(Find(all, "customers")->tail.empty());
}

}  // namespace
}  // namespace strata::cli
