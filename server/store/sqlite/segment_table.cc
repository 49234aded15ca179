#include "server/store/sqlite/segment_table.h"

#include <string>
#include <utility>

#include "server/base/status_macros.h"

namespace strata::store {
namespace {

absl::Status ReadClasses(Statement& classes, SegmentDefinition& segment) {
  Execution row(classes);
  row.Text(segment.id);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    segment.classes.push_back({std::string(row.TextAt(0)), std::string(row.TextAt(1))});
  }
}

absl::Status WriteClasses(Statement& put, const SegmentDefinition& segment) {
  int64_t position = 0;
  for (const SegmentClass& one : segment.classes) {
    STRATA_RETURN_IF_ERROR(
        Execution(put).Text(segment.id).Int(++position).Text(one.name).Text(one.filter).Run());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<SegmentDefinition>> ReadSegments(Connection& connection) {
  std::vector<SegmentDefinition> segments;
  STRATA_ASSIGN_OR_RETURN(
      Statement list,
      connection.Prepare("SELECT segment_id, display_name, description, owner, filter, rest, "
                         "revision, created_time, updated_time FROM segments ORDER BY segment_id"));
  STRATA_ASSIGN_OR_RETURN(
      Statement classes,
      connection.Prepare(
          "SELECT class, filter FROM segment_classes WHERE segment_id = ?1 ORDER BY position"));
  Execution row(list);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return segments;
    SegmentDefinition segment;
    segment.id = std::string(row.TextAt(0));
    segment.display_name = std::string(row.TextAt(1));
    segment.description = std::string(row.TextAt(2));
    segment.owner = std::string(row.TextAt(3));
    segment.filter = std::string(row.TextAt(4));
    segment.rest = std::string(row.TextAt(5));
    segment.revision = row.IntAt(6);
    segment.created_time = row.IntAt(7);
    segment.updated_time = row.IntAt(8);
    STRATA_RETURN_IF_ERROR(ReadClasses(classes, segment));
    segments.push_back(std::move(segment));
  }
}

absl::Status WriteSegments(Connection& connection, const std::vector<SegmentDefinition>& segments) {
  STRATA_RETURN_IF_ERROR(connection.Execute("DELETE FROM segment_classes; DELETE FROM segments"));
  STRATA_ASSIGN_OR_RETURN(
      Statement put,
      connection.Prepare("INSERT INTO segments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  STRATA_ASSIGN_OR_RETURN(
      Statement put_class,
      connection.Prepare("INSERT INTO segment_classes VALUES (?1, ?2, ?3, ?4)"));
  for (const SegmentDefinition& segment : segments) {
    STRATA_RETURN_IF_ERROR(Execution(put)
                               .Text(segment.id)
                               .Text(segment.display_name)
                               .Text(segment.description)
                               .Text(segment.owner)
                               .TextOrNull(segment.filter)
                               .TextOrNull(segment.rest)
                               .Int(segment.revision)
                               .Int(segment.created_time)
                               .Int(segment.updated_time)
                               .Run());
    STRATA_RETURN_IF_ERROR(WriteClasses(put_class, segment));
  }
  return absl::OkStatus();
}

}  // namespace strata::store
