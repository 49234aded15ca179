#ifndef STRATA_SERVER_WORKSPACE_TESTING_RANDOM_RECORDS_H_
#define STRATA_SERVER_WORKSPACE_TESTING_RANDOM_RECORDS_H_

#include <random>

#include "server/workspace/testing/test_batch.h"

namespace strata::testing {

// Draws valid records from few ids and few values, so that they meet again and again: corrections,
// duplicates, stale versions, moves between customers, deletions, updates of single fields.
class RandomRecords {
 public:
  explicit RandomRecords(uint64_t seed, int customers = 12, int facts = 40)
      : random_(seed), customers_(customers), facts_(facts) {}

  // Adds one record to `batch`.
  void AddTo(TestBatch& batch);
  // In [0, n).
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  absl::string_view CustomerId();

 private:
  absl::string_view FactId();
  int64_t Version();
  Millis MaybeTime(Millis from);
  absl::string_view Word(const char* prefix, int words);
  void AddCustomer(TestBatch& batch);
  void AddOrder(TestBatch& batch);
  void AddTicket(TestBatch& batch);
  void AddContract(TestBatch& batch);
  void AddSurvey(TestBatch& batch);
  void AddDeletion(TestBatch& batch);

  std::mt19937_64 random_;
  int customers_, facts_;
};

}  // namespace strata::testing

#endif  // STRATA_SERVER_WORKSPACE_TESTING_RANDOM_RECORDS_H_
