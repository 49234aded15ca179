#ifndef STRATA_CLIENT_CLI_ASK_WORKSPACE_RECORD_ERROR_VIEW_H_
#define STRATA_CLIENT_CLI_ASK_WORKSPACE_RECORD_ERROR_VIEW_H_

#include "client/cli/program/command.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "strata/v1/ingestion_service.pb.h"

namespace strata::cli {

// Bad records as a table: offset, kind, id, field, reason, message.
void PrintRecordErrors(const Terminal& terminal,
                       const google::protobuf::RepeatedPtrField<v1::RecordError>& errors);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_WORKSPACE_RECORD_ERROR_VIEW_H_
