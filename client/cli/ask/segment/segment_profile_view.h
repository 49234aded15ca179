#ifndef STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_PROFILE_VIEW_H_
#define STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_PROFILE_VIEW_H_

#include <cstddef>
#include <string>

#include "client/cli/present/document.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {

struct ProfileView {
  std::string against{};  // the other segment; empty: all other customers
  size_t limit = 0;       // values of a dimension that people see; 0: ten
};

// A segment beside another: parts "groups", "differences", one for each dimension, and "values"
// with all of them for programs.
Document ProfileDocument(const v1::ProfileSegmentResponse& answer, const ProfileView& view);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_PROFILE_VIEW_H_
