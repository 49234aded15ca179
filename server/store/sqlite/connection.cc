#include "server/store/sqlite/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/private_files.h"

namespace strata::store {
namespace {

constexpr int kBusyTimeoutMillis = 5'000;
// The writer does not stand still for a reader outside: it comes back later.
constexpr int kTruncateTimeoutMillis = 50;

// Checkpointing every 2,000 pages (8 MB) costs a commit some 40 ms at worst; rarer ones save little
// and make the worst commit longer.
constexpr char kWriterPragmas[] = R"sql(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32000;
  PRAGMA wal_autocheckpoint = 2000;
  PRAGMA journal_size_limit = 67108864;
)sql";

constexpr char kReaderPragmas[] = R"sql(
  PRAGMA query_only = ON;
  PRAGMA temp_store = MEMORY;
)sql";

int OpenFlags(OpenMode mode) {
  // One thread at a time uses a connection, so SQLite need not lock it.
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  // A reader of a WAL file must be able to write its shared-memory file.
  return flags | (mode == OpenMode::kFrozen ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                                            : SQLITE_OPEN_READWRITE);
}

int64_t BytesOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

// The first `size` bytes of a file, or all of a shorter one.
std::string FirstBytes(const std::string& path, size_t size) {
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

// An unsigned big-endian number of `size` bytes at `at`.
uint32_t NumberAt(const std::string& bytes, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = at; i < at + size; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

// Pages are whole, except where a crash came into a checkpoint: then the log has them all.
absl::Status CheckPages(const std::string& path, int64_t size) {
  constexpr size_t kPageSizeAt = 16, kBytes = 2;  // https://sqlite.org/fileformat2.html
  const std::string header = FirstBytes(path, kPageSizeAt + kBytes);
  if (header.size() < kPageSizeAt + kBytes) return absl::OkStatus();  // SQLite says so
  const uint32_t field = NumberAt(header, kPageSizeAt, kBytes);
  const uint32_t page = field == 1 ? 65'536 : field;
  if (page == 0 || size % page == 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(path, " ends in the middle of a page: it is not all there"));
}

// SQLite takes a log with a broken header for an empty one and writes over it: what was committed
// last would be gone without a word. A header is written and synced before anything behind it, so
// a crash leaves it whole, or a file that is shorter, or zeros.
absl::Status CheckLogHeader(const std::string& log) {
  constexpr size_t kHeader = 32, kSummed = 24;  // https://sqlite.org/fileformat2.html#walformat
  constexpr uint32_t kMagic = 0x377f0682;       // and the next number for big-endian sums
  const std::string header = FirstBytes(log, kHeader);
  if (header.size() < kHeader || header.find_first_not_of('\0') == std::string::npos) {
    return absl::OkStatus();
  }
  const uint32_t magic = NumberAt(header, 0, 4);
  const auto word = [&](size_t at) {
    const uint32_t number = NumberAt(header, at, 4);
    return magic == kMagic ? __builtin_bswap32(number) : number;
  };
  uint32_t sum1 = 0, sum2 = 0;
  for (size_t at = 0; at < kSummed; at += 8) {
    sum1 += word(at) + sum2;
    sum2 += word(at + 4) + sum1;
  }
  if ((magic == kMagic || magic == kMagic + 1) && sum1 == NumberAt(header, kSummed, 4) &&
      sum2 == NumberAt(header, kSummed + 4, 4)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat(log, " is damaged: what was committed last may have stood in it"));
}

absl::Status CheckAccess(const std::string& path, const struct stat& info, OpenMode mode) {
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, S_ISDIR(info.st_mode) ? " is a folder where a file belongs" : " is no plain file"));
  }
  const int wanted = mode == OpenMode::kFrozen ? R_OK : R_OK | W_OK;
  if (access(path.c_str(), wanted) == 0) return absl::OkStatus();
  return StatusFromErrno(errno, absl::StrCat("opening ", path));
}

// What SQLite would call "unable to open" of everything, find out at the first commit, or not see.
absl::Status CheckFile(const std::string& path, OpenMode mode) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return StatusFromErrno(errno, absl::StrCat("opening ", path));
  STRATA_RETURN_IF_ERROR(CheckAccess(path, info, mode));
  const int64_t log_bytes = BytesOf(path + "-wal");
  if (log_bytes == 0) {
    // SQLite would make a database of it.
    if (mode != OpenMode::kCreate && info.st_size == 0) {
      return absl::DataLossError(absl::StrCat(path, " is empty"));
    }
    // The first connection looks before anybody writes.
    if (mode != OpenMode::kReadOnly) STRATA_RETURN_IF_ERROR(CheckPages(path, info.st_size));
  }
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::string beside = path + suffix;
    if (stat(beside.c_str(), &info) != 0) continue;
    STRATA_RETURN_IF_ERROR(CheckAccess(beside, info, mode));
  }
  if (mode == OpenMode::kReadOnly) return absl::OkStatus();
  return CheckLogHeader(path + "-wal");
}

// The name under which SQLite opens a frozen file. Without a log it is told that nothing will
// change, so that it needs no shared memory; with one that would hide what the log holds, and
// SQLite reads both where the shared memory is there.
absl::StatusOr<std::string> FrozenName(const std::string& path) {
  const int64_t wal = BytesOf(path + "-wal");
  struct stat info;
  if (wal > 0 && stat((path + "-shm").c_str(), &info) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, "-wal holds ", wal, " bytes that are not merged into the file yet, and without ",
        path, "-shm they cannot be read here: copy the folder to where it may be written"));
  }
  std::string name = "file:";
  for (const char c : path) {
    // The characters that end a path in a URI, and the one that escapes them.
    if (c == '%' || c == '?' || c == '#') {
      absl::StrAppend(&name, c == '%' ? "%25" : c == '?' ? "%3f" : "%23");
    } else {
      name += c;
    }
  }
  return absl::StrCat(name, wal > 0 ? "?mode=ro" : "?mode=ro&immutable=1");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             OpenMode mode) {
  // SQLite gives the files that it makes beside this one the same mode.
  if (mode == OpenMode::kCreate) STRATA_RETURN_IF_ERROR(MakePrivateFile(path));
  STRATA_RETURN_IF_ERROR(CheckFile(path, mode));
  std::string name = path;
  if (mode == OpenMode::kFrozen) {
    STRATA_ASSIGN_OR_RETURN(name, FrozenName(path));
  }
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, OpenFlags(mode), nullptr);
  std::unique_ptr<Connection> connection(new Connection(path, mode, db));  // closes in any case
  if (code != SQLITE_OK) return StatusFromSqlite(db, code, absl::StrCat("opening ", path));
  sqlite3_busy_timeout(db, kBusyTimeoutMillis);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const bool reads = mode == OpenMode::kReadOnly || mode == OpenMode::kFrozen;
  STRATA_RETURN_IF_ERROR(connection->Execute(reads ? kReaderPragmas : kWriterPragmas));
  return connection;
}

Connection::~Connection() { sqlite3_close_v2(db_); }

absl::Status Connection::Execute(const std::string& script) {
  const int code = sqlite3_exec(db_, script.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  return StatusFromSqlite(db_, code, path_);
}

absl::StatusOr<Statement> Connection::Prepare(absl::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return StatusFromSqlite(db_, code, absl::StrCat(path_, ": ", sql));
  return Statement(handle);
}

absl::StatusOr<int64_t> Connection::QueryInt(absl::string_view sql) {
  STRATA_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  Execution execution(statement);
  STRATA_ASSIGN_OR_RETURN(const bool found, execution.Step());
  return found ? execution.IntAt(0) : 0;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

absl::Status Connection::TruncateWal() {
  sqlite3_busy_timeout(db_, kTruncateTimeoutMillis);
  const int code =
      sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(db_, kBusyTimeoutMillis);
  if (code == SQLITE_OK) return absl::OkStatus();
  return StatusFromSqlite(db_, code, absl::StrCat("truncating the WAL of ", path_));
}

}  // namespace strata::store
