#include "server/rpc/transport/older_content_hash.h"

#include "gtest/gtest.h"
#include "server/rpc/testing/server_fixture.h"
#include "server/rpc/transport/content_hash.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/statement.h"

namespace strata::rpc {
namespace {

TEST(OlderContentHashTest, AgreesWithPublishedValuesOfMurmurHash3) {
  EXPECT_EQ(Murmur3Of(""), (Murmur3Hash{0, 0}));
  EXPECT_EQ(Murmur3Of("hello"), (Murmur3Hash{0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19}));
  EXPECT_EQ(Murmur3Of("The quick brown fox jumps over the lazy dog"),
            (Murmur3Hash{0xe34bbc7bbc071b6c, 0x7a433ca9c49a9347}));
}

TEST(OlderContentHashTest, BytesAreLittleEndian) {
  EXPECT_EQ(BytesOf({0x0807060504030201, 0x100f0e0d0c0b0a09}),
            "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10");
}

// A server over a file whose hashes are those that 0.1.0 would have stored for the same calls.
class UpgradedServerTest : public ServerTest {
 protected:
  grpc::Status Stream(const v1::AppendRecordsRequest& batch, v1::AppendRecordsResponse* ack) {
    grpc::ClientContext context;
    auto stream = ingestion_->AppendRecords(&context);
    stream->Write(batch);
    stream->Read(ack);
    stream->WritesDone();
    return stream->Finish();
  }

  static std::string FingerprintThen(v1::BatchAppendRecordsRequest request) {
    request.clear_request_id();
    return BytesOf(Murmur3Of(CanonicalBytes(request)));
  }

  // Four bytes a record: 30 bits of the hash, and 0 in the two above for "accepted".
  static std::string TraceThen(const v1::AppendRecordsRequest& batch) {
    std::string trace;
    for (const v1::Record& record : batch.records()) {
      trace += BytesOf(Murmur3Of(CanonicalBytes(record))).substr(0, 4);
      trace.back() &= 0x3f;
    }
    return trace;
  }

  void MakeFileOld(const std::string& fingerprint, const std::string& trace) {
    server_.reset();
    auto file =
        store::Connection::Open(folder_ / "workspaces" / "sales.db", store::OpenMode::kReadWrite);
    ASSERT_TRUE(file.ok()) << file.status();
    auto requests = (*file)->Prepare("UPDATE requests SET fingerprint = ?1");
    auto batches = (*file)->Prepare("UPDATE stream_batches SET format = 1, trace = ?1");
    ASSERT_TRUE(requests.ok() && batches.ok());
    ASSERT_TRUE(store::Execution(*requests).Blob(fingerprint).Run().ok());
    ASSERT_TRUE(store::Execution(*batches).Blob(trace).Run().ok());
    auto server = Server::Start(options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    Connect(server_->InProcessChannel());
  }
};

TEST_F(UpgradedServerTest, KnowsWhatAnOlderReleaseStored) {
  Start();
  const v1::BatchAppendRecordsRequest request = Orders("01", 100, 3);
  v1::AppendRecordsRequest batch = Batch(0, 5);
  v1::BatchAppendRecordsResponse answer;
  v1::AppendRecordsResponse ack;
  ASSERT_TRUE(Append(request, &answer).ok());
  ASSERT_TRUE(Stream(batch, &ack).ok());
  MakeFileOld(FingerprintThen(request), TraceThen(batch));

  ASSERT_TRUE(Append(request, &answer).ok());
  EXPECT_TRUE(answer.duplicate());
  EXPECT_EQ(answer.counts().accepted(), 3);
  EXPECT_EQ(ErrorOf(Append(Orders("01", 100, 2), &answer)).info.reason(), "REQUEST_ID_REUSED");

  // Across the border: two batches of then and now, sent again as one.
  ASSERT_TRUE(Stream(Batch(5, 5), &ack).ok());
  EXPECT_FALSE(ack.duplicate());
  batch = Batch(0, 10);
  const grpc::Status status = Stream(batch, &ack);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(ack.duplicate());
  EXPECT_EQ(ack.counts().accepted(), 10);
  for (const int changed : {3, 7}) {
    batch = Batch(0, 10);
    batch.mutable_records(changed)->mutable_order()->set_status("returned");
    const ErrorOf error(Stream(batch, &ack));
    EXPECT_EQ(error.info.reason(), "OFFSET_REUSED");
    EXPECT_EQ(error.info.metadata().at("offset"), absl::StrCat(changed));
  }
}

}  // namespace
}  // namespace strata::rpc
