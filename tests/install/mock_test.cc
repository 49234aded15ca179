// A test of somebody else's program, with the mock that the package brings.
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/append_writer.h"
#include "strata/client.h"
#include "strata/mocks/mock_connection.h"

namespace {

TEST(OutsideTest, TheMockAnswers) {
  auto connection = std::make_shared<strata::MockConnection>();
  strata::v1::QueryKpisResponse answer;
  answer.mutable_table()->set_title("mocked");
  EXPECT_CALL(*connection, QueryKpis).WillOnce(testing::Return(answer));
  strata::Client client(connection);
  const auto response = client.QueryKpis({});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->table().title(), "mocked");
}

TEST(OutsideTest, TheWriterPassesErrorsOn) {
  auto connection = std::make_shared<strata::MockConnection>();
  EXPECT_CALL(*connection, GetWriteStream)
      .WillOnce(testing::Return(absl::PermissionDeniedError("no")));
  const auto writer = strata::AppendWriter::Open(strata::Client(connection), {.workspace = "w"});
  EXPECT_EQ(writer.status(), absl::PermissionDeniedError("no"));
}

}  // namespace
