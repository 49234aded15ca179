#ifndef STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_TRANSITIONS_VIEW_H_
#define STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_TRANSITIONS_VIEW_H_

#include "client/cli/present/document.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {

// Who moved between classes: parts "sizes", "moves" (a row a step and pair of classes, for
// programs), and for people a matrix and the movers of each step.
Document TransitionsDocument(const v1::ComputeTransitionsResponse& answer);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_TRANSITIONS_VIEW_H_
