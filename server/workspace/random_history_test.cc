#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/workspace/testing/model.h"
#include "server/workspace/testing/random_records.h"
#include "server/workspace/testing/workspace_fixture.h"

// Random histories of records of every kind against a model of plain maps: the outcome of every
// batch, then the tables, then the image and its rebuild.

namespace strata::testing {
namespace {

class RandomHistoryTest : public WorkspaceTest, public ::testing::WithParamInterface<int> {
 protected:
  // What the tables hold, in the words of Model::Dump. Reads columns by name, so that it depends on
  // nothing that the server itself uses to read.
  std::multiset<std::string> DumpTables() {
    std::multiset<std::string> lines;
    DumpTable("customer", "", "placeholder = 0",
              {"display_name", "birth_date", "gender", "children", "country", "region", "city",
               "industry", "account_owner", "strategic", "created_time"},
              lines);
    const std::string join = "JOIN customers USING (customer_key)";
    DumpTable(
        "order", join, "true",
        {"order_time", "status", "channel", "promised_time", "shipped_time", "delivered_time"},
        lines);
    DumpTable("ticket", join, "true",
              {"opened_time", "first_response_time", "resolved_time", "escalated_time",
               "sla_due_time", "priority", "category", "status", "csat"},
              lines);
    DumpTable("contract", join, "true",
              {"start_date", "end_date", "annual_value_micros", "auto_renew", "owner", "status"},
              lines);
    DumpTable("survey", join, "true", {"survey_time", "kind", "score"}, lines);
    AddRows(
        "SELECT 'customer ' || customer_id || ': attribute ' || attribute || ' = ' || kind || ' ' "
        "|| iif(kind = 'number', printf('%g', value), value) "
        "FROM customer_attributes JOIN customers USING (customer_key)",
        lines);
    AddRows(
        "SELECT 'order ' || order_id || ': line ' || line_number || ' = ' || ifnull(product, '') "
        "|| '/' || ifnull(product_line, '') || '/' || quantity_micros || '/' || amount_micros || "
        "'/' || "
        "ifnull(cost_micros, '') FROM order_lines JOIN orders USING (order_key)",
        lines);
    AddRows(
        "SELECT 'deleted ' || kind || ' ' || record_id || ': version ' || "
        "ifnull(source_version, '-') FROM deleted_records",
        lines);
    AddRows("SELECT 'placeholder ' || customer_id FROM customers WHERE placeholder = 1", lines);
    return lines;
  }

 private:
  void AddRows(const std::string& sql, std::multiset<std::string>& lines) {
    for (const std::string& row : Rows(sql)) lines.insert(row);
  }

  void DumpTable(const std::string& kind, const std::string& join, const std::string& condition,
                 const std::vector<std::string>& columns, std::multiset<std::string>& lines) {
    const std::string from = absl::StrCat(" FROM ", kind, "s AS t ", join, " WHERE ", condition);
    const std::string head = absl::StrCat("SELECT '", kind, " ' || ", kind, "_id || ': ");
    AddRows(absl::StrCat(head, "version ' || ifnull(t.source_version, '-')", from), lines);
    if (!join.empty()) AddRows(absl::StrCat(head, "customer = ' || customer_id", from), lines);
    for (const std::string& column : columns) {
      AddRows(
          absl::StrCat(head, column, " = ' || t.", column, from, " AND t.", column, " IS NOT NULL"),
          lines);
    }
  }
};

TEST_P(RandomHistoryTest, AgreesWithTheModel) {
  RandomRecords random(static_cast<uint64_t>(GetParam()));
  Model model;
  int64_t revision_before = revision()->number;
  int64_t offset = 0;
  RecordCounts sent;
  constexpr int kBatches = 120;
  for (int i = 0; i < kBatches; ++i) {
    TestBatch batch;
    const int records = 1 + random.Below(i % 10 == 0 ? 60 : 6);
    for (int r = 0; r < records; ++r) random.AddTo(batch);
    RecordCounts expected;
    expected.placeholders = -model.placeholders_made();
    for (const Record& record : batch.records()) expected.Add(model.Apply(record));
    expected.placeholders += model.placeholders_made();

    const Answer answer = SendTo(workspace(), "s", offset, batch.Skip());
    ASSERT_TRUE(answer.status.ok()) << answer.status;
    const RecordCounts counts = answer.result.counts;
    sent += counts;
    ASSERT_EQ(counts, expected) << "batch " << i << ": " << counts.accepted << " accepted, "
                                << counts.duplicate << " duplicate, " << counts.stale << " stale";
    ASSERT_EQ(counts.Total(), records);
    offset += records;
    ASSERT_EQ(answer.result.next_offset, offset);
    ASSERT_EQ(answer.result.revision, revision_before + (counts.accepted > 0 ? 1 : 0));
    revision_before = answer.result.revision;

    if (i % 30 == 17) {
      const std::string victim(random.CustomerId());
      const bool known =
          Value("SELECT count(*) FROM customers WHERE customer_id = '" + victim + "'") == "1";
      const auto erased = workspace().EraseCustomer(victim);
      ASSERT_EQ(erased.ok(), known) << erased.status();
      if (known) {
        model.Erase(victim);
        ++revision_before;
      }
    }
    if (i % 40 == 39) {
      ASSERT_EQ(DumpTables(), model.Dump());
      ExpectImageEqualsFile();
    }
    if (i % 50 == 25) Reopen();
  }
  const auto state = workspace().GetWriteStream("s");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->counts, sent);
  EXPECT_EQ(state->counts.Total(), state->next_offset);
  EXPECT_EQ(static_cast<int64_t>(state->rejections.size()), sent.rejected);
  EXPECT_GT(sent.accepted, 100);
  EXPECT_GT(sent.duplicate, 0);
  EXPECT_GT(sent.stale, 0);
  EXPECT_GT(sent.rejected, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistoryTest, ::testing::Range(1, 7));

}  // namespace
}  // namespace strata::testing
