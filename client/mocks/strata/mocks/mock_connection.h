#ifndef STRATA_MOCKS_MOCK_CONNECTION_H_
#define STRATA_MOCKS_MOCK_CONNECTION_H_

#include <memory>

#include "gmock/gmock.h"
#include "strata/connection.h"
#include "strata/mocks/mock_methods.h"

namespace strata {

// Stands in for a server in tests of programs that hold a Client:
//
//   auto connection = std::make_shared<MockConnection>();
//   EXPECT_CALL(*connection, QueryKpis).WillOnce(testing::Return(answer));
//   Client client(connection);
class MockConnection : public MockMethods {
 public:
  MOCK_METHOD(absl::StatusOr<std::unique_ptr<AppendStream>>, AppendRecords,
              (const CallOptions& options), (override));
};

// One AppendRecords call, for tests that go below AppendWriter.
class MockAppendStream : public AppendStream {
 public:
  MOCK_METHOD(bool, Write, (const v1::AppendRecordsRequest& batch), (override));
  MOCK_METHOD(void, WritesDone, (), (override));
  MOCK_METHOD(bool, Read, (v1::AppendRecordsResponse & ack), (override));
  MOCK_METHOD(absl::Status, Finish, (), (override));
  MOCK_METHOD(void, Cancel, (), (override));
};

}  // namespace strata

#endif  // STRATA_MOCKS_MOCK_CONNECTION_H_
