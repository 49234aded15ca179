#ifndef STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_RFM_VIEW_H_
#define STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_RFM_VIEW_H_

#include <cstddef>
#include <optional>

#include "client/cli/present/document.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {

struct RfmView {
  bool names_fit = true;          // the scores are those that the ten names need
  bool customers = false;         // the customers were asked for
  std::optional<size_t> limit{};  // of customers; not set: 20 for people, all for programs
};

// The ten names, the matrix of recency and frequency, and the customers: parts "names", "scores",
// "cells" and "customers".
Document RfmDocument(const v1::ScoreRfmResponse& answer, const RfmView& view);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_RFM_VIEW_H_
