#include "client/cli/import/mapping/import_spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace strata::imports {
namespace {

using testing::ElementsAre;

v1::Record MakeRecord(int n) {
  v1::Record record;
  record.mutable_customer()->set_id(absl::StrCat("c", n));
  record.mutable_customer()->set_display_name(std::string(n % 50, 'x'));
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    (*record.mutable_customer()->mutable_attributes())[key].set_number(n);
  }
  return record;
}

TEST(RecordSpool, GivesBackRecordsFromAnyPlace) {
  auto spool = *RecordSpool::Create();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(spool->Add(MakeRecord(i), {Origin{0, i}, Origin{1, 2 * i}}), absl::OkStatus());
  }
  EXPECT_EQ(spool->size(), 1000);
  v1::Record record;
  for (const int start : {0, 1, 63, 64, 65, 500, 999}) {
    ASSERT_EQ(spool->Seek(start), absl::OkStatus());
    for (int i = start; i < 1000; ++i) {
      if (i % 97 == 0) {  // a look back in between does not lose the place
        EXPECT_THAT(*spool->OriginsOf(i / 2), ElementsAre(Origin{0, i / 2}, Origin{1, i / 2 * 2}));
      }
      ASSERT_TRUE(*spool->Next(&record));
      ASSERT_EQ(record.customer().id(), absl::StrCat("c", i));
    }
    EXPECT_FALSE(*spool->Next(&record));
  }
  EXPECT_FALSE(spool->OriginsOf(1000).ok());
  ASSERT_EQ(spool->Seek(1000), absl::OkStatus());
  EXPECT_FALSE(*spool->Next(&record));
}

TEST(RecordSpool, HashesContentAndNothingElse) {
  const auto hash = [](std::vector<int> numbers, Origin origin) {
    auto spool = *RecordSpool::Create();
    for (const int n : numbers) EXPECT_EQ(spool->Add(MakeRecord(n), {origin}), absl::OkStatus());
    return spool->ContentHash();
  };
  EXPECT_EQ(hash({1, 2}, {0, 5}).size(), 16u);
  EXPECT_EQ(hash({1, 2}, {0, 5}), hash({1, 2}, {1, 9}));
  EXPECT_NE(hash({1, 2}, {}), hash({2, 1}, {}));
  EXPECT_NE(hash({1, 2}, {}), hash({1}, {}));
  EXPECT_EQ(hash({}, {}), "cbf29ce484222325");  // the offset basis of 64-bit FNV-1a
}

}  // namespace
}  // namespace strata::imports
