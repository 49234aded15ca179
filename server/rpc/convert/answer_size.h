#ifndef STRATA_SERVER_RPC_CONVERT_ANSWER_SIZE_H_
#define STRATA_SERVER_RPC_CONVERT_ANSWER_SIZE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "strata/v1/types.pb.h"

namespace strata::rpc {

// No answer is larger, whatever was asked: clients of gRPC take 4 MiB, of which headers and a token
// need some, and one row may come on top.
inline constexpr size_t kMaxAnswerBytes = 3'000'000;

// Ends a page by its bytes, beside whatever ends it by its rows:
//
//   PageBudget budget(*response);                 // what stands in it already
//   for (; row < end; ++row) {
//     Fill(response->add_rows());
//     if (!budget.KeepsLast(response->mutable_rows())) break;   // row begins the next page
//   }
class PageBudget {
 public:
  explicit PageBudget(const google::protobuf::Message& head) : PageBudget(head.ByteSizeLong()) {}
  explicit PageBudget(size_t bytes) : bytes_(bytes) {}

  // Whether the last of the rows fits; if not it is removed. The first always does.
  template <typename Row>
  bool KeepsLast(google::protobuf::RepeatedPtrField<Row>* rows) {
    // Tag and length of an element stand in front of it.
    constexpr size_t kFraming = 6;
    bytes_ += rows->rbegin()->ByteSizeLong() + kFraming;
    if (bytes_ <= kMaxAnswerBytes || rows->size() == 1) return true;
    rows->RemoveLast();
    return false;
  }

 private:
  size_t bytes_;
};

// Cuts an answer that has no pages down to kMaxAnswerBytes: of the list that holds most, at any
// depth, only the first elements stay, as many of each where there are several, then of the next.
// Each cut is told in the answer's `meta`. RESOURCE_EXHAUSTED for an answer that is too large
// and has no meta. Cheap for one that fits.
absl::Status FitAnswer(google::protobuf::Message* answer);

// Tells that of `total` elements of a list, or of each list of this path, only the first `kept` are
// in the answer. A list that was cut before keeps its first total.
void TellCut(const std::string& list, int64_t kept, int64_t total, v1::ResultMeta* meta);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_ANSWER_SIZE_H_
