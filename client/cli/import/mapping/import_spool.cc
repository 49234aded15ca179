#include "client/cli/import/mapping/import_spool.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/content_hash.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace strata::imports {
namespace {

constexpr int64_t kRecordsPerLandmark = 64;
constexpr size_t kFileBuffer = 1 << 18;

struct EntryHead {
  uint32_t record_bytes;
  uint32_t origins;
};

absl::Status TemporaryFileError() {
  return absl::InternalError(
      "the temporary file of the import cannot be written or read (disk full?)");
}

// With map entries in a fixed order, so that the same record is always the same bytes.
void SerializeTo(const v1::Record& record, std::string* bytes) {
  bytes->clear();
  google::protobuf::io::StringOutputStream stream(bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  record.SerializeToCodedStream(&coded);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordSpool>> RecordSpool::Create() {
  const char* folder = std::getenv("TMPDIR");
  std::string name = absl::StrCat(folder == nullptr ? "/tmp" : folder, "/strata-import-XXXXXX");
  const int descriptor = mkstemp(name.data());
  std::FILE* file = descriptor < 0 ? nullptr : fdopen(descriptor, "w+b");
  if (file == nullptr) {
    return absl::InternalError(absl::StrCat("no temporary file can be made: ", name));
  }
  unlink(name.c_str());  // gone when it is closed, whatever happens
  std::setvbuf(file, nullptr, _IOFBF, kFileBuffer);
  return absl::WrapUnique(new RecordSpool(file));
}

RecordSpool::~RecordSpool() { std::fclose(file_); }

absl::Status RecordSpool::Add(const v1::Record& record, absl::Span<const Origin> origins) {
  if (size_ % kRecordsPerLandmark == 0) landmarks_.push_back(ftello(file_));
  SerializeTo(record, &bytes_);
  const EntryHead head{static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(origins.size())};
  hash_ = Fnv(absl::string_view(reinterpret_cast<const char*>(&head.record_bytes), 4), hash_);
  hash_ = Fnv(bytes_, hash_);
  if (std::fwrite(&head, sizeof(head), 1, file_) != 1 ||
      std::fwrite(bytes_.data(), 1, bytes_.size(), file_) != bytes_.size() ||
      std::fwrite(origins.data(), sizeof(Origin), origins.size(), file_) != origins.size()) {
    return TemporaryFileError();
  }
  next_ = ++size_;
  if (record.has_order()) ++order_statuses_[record.order().status()];
  return absl::OkStatus();
}

std::string RecordSpool::ContentHash() const {
  return absl::StrCat(absl::Hex(hash_, absl::kZeroPad16));
}

absl::Status RecordSpool::Seek(int64_t number) {
  if (number < 0 || number > size_) return absl::InternalError("a seek behind the last record");
  if (number < size_) {
    const int64_t landmark = number / kRecordsPerLandmark;
    if (std::fflush(file_) != 0 ||
        fseeko(file_, landmarks_[static_cast<size_t>(landmark)], SEEK_SET) != 0) {
      return TemporaryFileError();
    }
    for (next_ = landmark * kRecordsPerLandmark; next_ < number;) {
      STRATA_ASSIGN_OR_RETURN(const bool read, ReadEntry(nullptr, nullptr));
      if (!read) return TemporaryFileError();
    }
  }
  next_ = number;
  return absl::OkStatus();
}

// Reads the entry at the file's position; what is not asked for is skipped.
absl::StatusOr<bool> RecordSpool::ReadEntry(std::string* record, std::vector<Origin>* origins) {
  if (next_ == size_) return false;
  EntryHead head;
  if (std::fread(&head, sizeof(head), 1, file_) != 1) return TemporaryFileError();
  if (record == nullptr) {
    if (fseeko(file_, head.record_bytes, SEEK_CUR) != 0) return TemporaryFileError();
  } else {
    record->resize(head.record_bytes);
    if (std::fread(record->data(), 1, head.record_bytes, file_) != head.record_bytes) {
      return TemporaryFileError();
    }
  }
  std::vector<Origin> skipped;
  if (origins == nullptr) origins = &skipped;  // a read keeps the buffer, a seek would drop it
  origins->resize(head.origins);
  if (std::fread(origins->data(), sizeof(Origin), head.origins, file_) != head.origins) {
    return TemporaryFileError();
  }
  ++next_;
  return true;
}

absl::StatusOr<v1::Record> RecordSpool::Recall(int64_t number) {
  STRATA_RETURN_IF_ERROR(Seek(number));
  v1::Record record;
  STRATA_ASSIGN_OR_RETURN(const bool read, Next(&record));
  if (!read || fseeko(file_, 0, SEEK_END) != 0) return TemporaryFileError();
  next_ = size_;
  return record;
}

absl::StatusOr<bool> RecordSpool::Next(v1::Record* record, std::vector<Origin>* origins) {
  STRATA_ASSIGN_OR_RETURN(const bool read, ReadEntry(&bytes_, origins));
  if (!read) return false;
  if (!record->ParseFromString(bytes_)) return TemporaryFileError();
  return true;
}

absl::StatusOr<std::vector<Origin>> RecordSpool::OriginsOf(int64_t number) {
  const int64_t was = next_;
  STRATA_RETURN_IF_ERROR(Seek(number));
  std::vector<Origin> origins;
  STRATA_ASSIGN_OR_RETURN(const bool read, ReadEntry(nullptr, &origins));
  if (!read) return absl::OutOfRangeError(absl::StrCat("there is no record ", number));
  STRATA_RETURN_IF_ERROR(Seek(was));
  return origins;
}

}  // namespace strata::imports
