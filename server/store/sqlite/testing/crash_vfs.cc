#include "server/store/sqlite/testing/crash_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace strata::store::testing {
namespace {

constexpr char kName[] = "crash";
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr size_t kSector = 512;

// A write or a truncation that was not synced yet, with what it takes to take it back.
struct Change {
  bool is_truncation = false;
  int64_t offset = 0;       // of a truncation: the new size
  std::string before;       // what the file held from `offset` on, as far as it reached
  std::string after;        // what was written
  int64_t size_before = 0;  // of the file
};

void WriteAt(int file, const char* bytes, size_t size, int64_t offset) {
  if (size > 0 && pwrite(file, bytes, size, offset) < 0) abort();
}

void SetSize(int file, int64_t size) {
  if (ftruncate(file, size) != 0) abort();
}

void TakeBack(int file, const Change& change) {
  if (change.is_truncation) SetSize(file, change.size_before);
  WriteAt(file, change.before.data(), change.before.size(), change.offset);
  SetSize(file, change.size_before);
}

void DoPart(int file, const Change& change, std::mt19937_64& random) {
  if (change.is_truncation) {
    if (random() % 2 == 0) SetSize(file, change.offset);
    return;
  }
  for (size_t at = 0; at < change.after.size(); at += kSector) {
    if (random() % 2 == 0) continue;
    WriteAt(file, change.after.data() + at, std::min(kSector, change.after.size() - at),
            change.offset + static_cast<int64_t>(at));
  }
}

}  // namespace

struct CrashVfs::State {
  sqlite3_vfs* base = nullptr;
  sqlite3_vfs vfs = {};

  std::mutex mutex;
  int64_t operations = 0;
  int64_t crash_at = kNever;
  bool crashed = false;
  int64_t space = kNever;
  int failing_syncs = 0;
  std::map<std::string, std::vector<Change>> unsynced;  // by path

  // Counts an operation. False when the power is off.
  bool Operate() {
    if (++operations >= crash_at) crashed = true;
    return !crashed;
  }
};

namespace {

CrashVfs::State* g_state = nullptr;

// What SQLite sees as a file: this, followed by the real file system's own.
struct File {
  sqlite3_file head;
  std::string* path;  // null: not watched

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* AsFile(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return AsFile(file)->real(); }

int Close(sqlite3_file* file) {
  const int code = Real(file)->pMethods->xClose(Real(file));
  delete AsFile(file)->path;
  return code;
}

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  return Real(file)->pMethods->xRead(Real(file), to, size, offset);
}

int64_t SizeOf(sqlite3_file* real) {
  sqlite3_int64 size = 0;
  real->pMethods->xFileSize(real, &size);
  return size;
}

std::string ReadRest(sqlite3_file* real, int64_t offset, int64_t size) {
  size = std::max<int64_t>(0, std::min(size, SizeOf(real) - offset));
  std::string bytes(static_cast<size_t>(size), '\0');
  if (size > 0) real->pMethods->xRead(real, bytes.data(), static_cast<int>(size), offset);
  return bytes;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  std::lock_guard<std::mutex> lock(g_state->mutex);
  sqlite3_file* const real = Real(file);
  if (AsFile(file)->path != nullptr) {
    if (!g_state->Operate()) return SQLITE_IOERR_WRITE;
    const int64_t old_size = SizeOf(real);
    const int64_t growth = std::max<int64_t>(0, offset + size - old_size);
    if (growth > g_state->space) return SQLITE_FULL;
    if (g_state->space != kNever) g_state->space -= growth;
    g_state->unsynced[*AsFile(file)->path].push_back(
        {false, offset, ReadRest(real, offset, size),
         std::string(static_cast<const char*>(from), static_cast<size_t>(size)), old_size});
  }
  return real->pMethods->xWrite(real, from, size, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  std::lock_guard<std::mutex> lock(g_state->mutex);
  sqlite3_file* const real = Real(file);
  if (AsFile(file)->path != nullptr) {
    if (!g_state->Operate()) return SQLITE_IOERR_TRUNCATE;
    const int64_t old_size = SizeOf(real);
    g_state->unsynced[*AsFile(file)->path].push_back(
        {true, size, ReadRest(real, size, old_size), "", old_size});
  }
  return real->pMethods->xTruncate(real, size);
}

int Sync(sqlite3_file* file, int flags) {
  std::lock_guard<std::mutex> lock(g_state->mutex);
  if (AsFile(file)->path != nullptr) {
    if (!g_state->Operate()) return SQLITE_IOERR_FSYNC;
    if (g_state->failing_syncs > 0) {
      --g_state->failing_syncs;
      return SQLITE_IOERR_FSYNC;
    }
    g_state->unsynced.erase(*AsFile(file)->path);
  }
  return SQLITE_OK;  // the real disk need not take part
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) { return Real(file)->pMethods->xLock(Real(file), level); }
int Unlock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* result) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), result);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Real(file)->pMethods->xFileControl(Real(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int DeviceCharacteristics(sqlite3_file*) { return 0; }  // promises nothing
int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return Real(file)->pMethods->xShmMap(Real(file), page, size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return Real(file)->pMethods->xShmUnmap(Real(file), remove);
}

constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

int OpenFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* const ours = AsFile(file);
  ours->head.pMethods = nullptr;
  ours->path = nullptr;
  sqlite3_vfs* const base = g_state->base;
  {
    std::lock_guard<std::mutex> lock(g_state->mutex);
    if (g_state->crashed) return SQLITE_CANTOPEN;
  }
  const int code = base->xOpen(base, name, ours->real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  ours->head.pMethods = &kMethods;
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) ours->path = new std::string(name);
  return SQLITE_OK;
}

int DeleteFile(sqlite3_vfs*, const char* name, int sync_folder) {
  std::lock_guard<std::mutex> lock(g_state->mutex);
  if (!g_state->Operate()) return SQLITE_IOERR_DELETE;
  g_state->unsynced.erase(name);
  return g_state->base->xDelete(g_state->base, name, sync_folder);
}

}  // namespace

CrashVfs::CrashVfs() : state_(std::make_unique<State>()) {
  state_->base = sqlite3_vfs_find(nullptr);
  state_->vfs = *state_->base;
  state_->vfs.zName = kName;
  state_->vfs.pNext = nullptr;
  state_->vfs.szOsFile = static_cast<int>(sizeof(File)) + state_->base->szOsFile;
  state_->vfs.xOpen = OpenFile;
  state_->vfs.xDelete = DeleteFile;
  g_state = state_.get();
  sqlite3_vfs_register(&state_->vfs, 1);
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(state_->base, 1);
  g_state = nullptr;
}

int64_t CrashVfs::operations() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->operations;
}

void CrashVfs::CrashBefore(int64_t nth_operation) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->crash_at = state_->operations + nth_operation;
}

bool CrashVfs::crashed() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->crashed;
}

void CrashVfs::Restart(Unsynced unsynced, uint64_t seed) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  std::mt19937_64 random(seed);
  for (const auto& [path, changes] : state_->unsynced) {
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) continue;  // deleted since
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      TakeBack(file, *change);
    }
    if (unsynced == Unsynced::kSomeKept) {
      for (const Change& change : changes) DoPart(file, change, random);
    }
    close(file);
  }
  state_->unsynced.clear();
  state_->crashed = false;
  state_->crash_at = kNever;
}

void CrashVfs::LimitSpace(int64_t bytes) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->space = bytes;
}

void CrashVfs::UnlimitSpace() {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->space = kNever;
}

void CrashVfs::FailSyncs(int count) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->failing_syncs = count;
}

}  // namespace strata::store::testing
