#ifndef STRATA_SERVER_WORKSPACE_TESTING_TEST_BATCH_H_
#define STRATA_SERVER_WORKSPACE_TESTING_TEST_BATCH_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/record.h"
#include "server/workspace/workspace.h"

namespace strata::testing {

// Text that lives until the test program ends.
absl::string_view Text(std::string text);

// 2024-01-01T00:00:00Z, and a clock's time well after it.
inline constexpr Millis kDay0 = 1'704'067'200'000;
inline constexpr Millis kNow = kDay0 + 700 * kMillisADay;

// Records with what they point into, on their way to a workspace.
class TestBatch {
 public:
  TestBatch& Add(Record record) {
    records_.push_back(std::move(record));
    return *this;
  }
  TestBatch& Add(Customer customer, std::vector<Attribute> attributes);
  TestBatch& Add(Order order, std::vector<OrderLine> lines);
  TestBatch& Skip() {
    on_error_ = OnError::kSkip;
    return *this;
  }

  size_t size() const { return records_.size(); }
  const std::vector<Record>& records() const { return records_; }
  Batch Build() const;

 private:
  struct Backing {
    std::deque<std::vector<OrderLine>> lines;
    std::deque<std::vector<Attribute>> attributes;
  };
  std::vector<Record> records_;
  std::shared_ptr<Backing> backing_ = std::make_shared<Backing>();
  OnError on_error_ = OnError::kFail;
};

// Short ways to a valid record.
Customer MakeCustomer(absl::string_view id, absl::string_view country = "",
                      int64_t version = kNoVersion);
Order MakeOrder(absl::string_view id, absl::string_view customer, int64_t version = kNoVersion);
OrderLine MakeLine(absl::string_view product, Micros amount);
Ticket MakeTicket(absl::string_view id, absl::string_view customer);
Contract MakeContract(absl::string_view id, absl::string_view customer);
Survey MakeSurvey(absl::string_view id, absl::string_view customer);
TestBatch& AddOrder(TestBatch& batch, absl::string_view id, absl::string_view customer,
                    Micros amount, int64_t version = kNoVersion);

struct Answer {
  absl::Status status;
  AppendResult result;
};

// Stands for the hashes that the front makes of records' content: of kind, id and first amount.
std::vector<uint32_t> ContentHashes(const Batch& batch);

// Sends a request and waits for its answer.
Answer SendAndWait(Workspace& workspace, AppendRequest request);
// As a unary call with a request id of its own.
Answer Send(Workspace& workspace, const TestBatch& batch);
// As a message of a write stream.
Answer SendTo(Workspace& workspace, const std::string& stream, int64_t offset,
              const TestBatch& batch);

}  // namespace strata::testing

#endif  // STRATA_SERVER_WORKSPACE_TESTING_TEST_BATCH_H_
