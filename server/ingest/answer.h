#ifndef STRATA_SERVER_INGEST_ANSWER_H_
#define STRATA_SERVER_INGEST_ANSWER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/ingest/append.h"

namespace strata::ingest {

// The answer to a unary request in bytes, as its workspace keeps it for 24 hours: revision, counts
// and rejections.
std::string EncodeAnswer(const AppendResult& result);

// DATA_LOSS when the bytes are no answer.
absl::StatusOr<AppendResult> DecodeAnswer(absl::string_view bytes);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_ANSWER_H_
