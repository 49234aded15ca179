#ifndef STRATA_CLIENT_CLI_IMPORT_IMPORT_JSONL_H_
#define STRATA_CLIENT_CLI_IMPORT_IMPORT_JSONL_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "client/cli/import/mapping/mapping_runner.h"

namespace strata::imports {

// Reads records as protobuf JSON, one a line (the JSON form of strata.v1.Record; field names as in
// the proto or in lowerCamelCase). Empty lines count but hold nothing. A line that is no record is
// refused with its number and what the parser says of it. `name` stands in messages; origins are
// line numbers of file 0. DATA_LOSS when the input cannot be read.
absl::Status ReadJsonLines(std::istream& in, const std::string& name, RecordSink& sink,
                           const std::function<void(int64_t)>& on_bytes);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_IMPORT_JSONL_H_
