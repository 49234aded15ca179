#ifndef STRATA_SERVER_STORE_SQLITE_WRITE_STREAM_H_
#define STRATA_SERVER_STORE_SQLITE_WRITE_STREAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/domain/day.h"
#include "server/domain/record.h"

namespace strata {

// Where a write stream stands.
struct WriteStreamState {
  std::string id;
  int64_t next_offset = 0;
  RecordCounts counts;
  std::vector<Rejection> rejections;  // index = offset in the stream; capped
  int64_t revision = 0;               // of its last commit
  Millis updated_time = kNoTime;
};

}  // namespace strata

#endif  // STRATA_SERVER_STORE_SQLITE_WRITE_STREAM_H_
