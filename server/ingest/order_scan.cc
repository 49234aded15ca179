#include "server/ingest/order_scan.h"

#include <algorithm>
#include <future>
#include <limits>
#include <memory>
#include <vector>

#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"
#include "server/ingest/identities.h"
#include "server/store/sqlite/workspace_db.h"

namespace strata::ingest {
namespace {

constexpr uint64_t kChunkKeys = 8'192;
constexpr size_t kChunksAWave = 8;

struct HashedChunk {
  store::OrderChunk orders;
  std::vector<uint64_t> hashes;
  absl::Status status;
};
using Wave = std::vector<HashedChunk>;

// Reads the chunks of one wave after the other side by side.
class WaveReader {
 public:
  WaveReader(const std::string& path, store::OpenMode mode, uint32_t last_key, int64_t most_records)
      : path_(path),
        mode_(mode),
        chunk_keys_(ChunkKeys(last_key, most_records)),
        chunks_(last_key / chunk_keys_ + 1),
        readers_(ScanWorkers()) {}

  size_t waves() const { return (chunks_ + kChunksAWave - 1) / kChunksAWave; }

  void Read(size_t number, Wave& wave) {
    const size_t first = number * kChunksAWave;
    wave.resize(std::min(kChunksAWave, chunks_ - first));
    ParallelScan(wave.size(), [&](size_t worker, size_t item) {
      wave[item].status = ReadChunk(worker, first + item, wave[item]);
    });
  }

 private:
  // As many as make no more chunks than the records would fill if no key were missing.
  static uint64_t ChunkKeys(uint32_t last_key, int64_t most_records) {
    return std::max(kChunkKeys, last_key / (static_cast<uint64_t>(most_records) / kChunkKeys + 1));
  }

  absl::Status ReadChunk(size_t worker, size_t number, HashedChunk& chunk) {
    std::unique_ptr<store::WorkspaceDb>& reader = readers_[worker];
    if (reader == nullptr) {
      STRATA_ASSIGN_OR_RETURN(reader, store::WorkspaceDb::Open(path_, mode_));
    }
    // The last chunk goes on to the end of keys, so that no line behind the last order is missed.
    const bool is_last = number + 1 == chunks_;
    const auto first_key = static_cast<uint32_t>(number * chunk_keys_);
    const auto last_key = is_last ? std::numeric_limits<uint32_t>::max()
                                  : static_cast<uint32_t>(first_key + chunk_keys_ - 1);
    STRATA_RETURN_IF_ERROR(reader->reader().ReadOrders(first_key, last_key, chunk.orders));
    chunk.hashes.clear();
    for (const store::OrderChunk::Row& row : chunk.orders.rows) {
      chunk.hashes.push_back(HashId(row.order.id));
    }
    return absl::OkStatus();
  }

  const std::string path_;
  const store::OpenMode mode_;
  const uint64_t chunk_keys_;
  const size_t chunks_;
  std::vector<std::unique_ptr<store::WorkspaceDb>> readers_;  // by worker
};

}  // namespace

absl::Status ScanOrders(const std::string& path, store::OpenMode mode, uint32_t last_key,
                        int64_t most_records,
                        absl::FunctionRef<void(uint32_t, uint32_t, uint64_t, const Order&)> visit) {
  WaveReader reader(path, mode, last_key, most_records);
  Wave current, next;
  reader.Read(0, current);
  for (size_t number = 0; number < reader.waves(); ++number) {
    std::future<void> ahead;
    if (number + 1 < reader.waves()) {
      ahead = std::async(std::launch::async, [&] { reader.Read(number + 1, next); });
    }
    for (const HashedChunk& chunk : current) {
      STRATA_RETURN_IF_ERROR(chunk.status);  // the future's end waits for its wave
      for (size_t i = 0; i < chunk.orders.rows.size(); ++i) {
        const store::OrderChunk::Row& row = chunk.orders.rows[i];
        visit(row.key, row.customer_key, chunk.hashes[i], row.order);
      }
    }
    if (ahead.valid()) ahead.get();
    std::swap(current, next);
  }
  return absl::OkStatus();
}

}  // namespace strata::ingest
