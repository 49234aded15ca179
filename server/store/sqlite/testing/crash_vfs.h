#ifndef STRATA_SERVER_STORE_SQLITE_TESTING_CRASH_VFS_H_
#define STRATA_SERVER_STORE_SQLITE_TESTING_CRASH_VFS_H_

#include <cstdint>
#include <memory>

namespace strata::store::testing {

// A file system under SQLite that can lose its power and run out of space. While one lives it is
// SQLite's default; at most one at a time, and no connection may outlive it.
//
// Every write to a database or WAL since the file's last sync is remembered, so that a crash can
// take it back as a power cut would: after the crash each file holds what was synced and, of the
// later writes, none or an arbitrary part.
class CrashVfs {
 public:
  CrashVfs();
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  // Writes, syncs, truncations and deletions so far.
  int64_t operations() const;

  // The machine goes off before the n-th operation from now (1 = the next): that one and all later
  // ones fail.
  void CrashBefore(int64_t nth_operation);
  bool crashed() const;

  enum class Unsynced {
    kLost,      // none of the unsynced writes reached the disk
    kSomeKept,  // an arbitrary part did, in sectors of 512 bytes
  };
  // Call when every connection is closed. Turns the power on again.
  void Restart(Unsynced unsynced, uint64_t seed);

  // Files may grow by this many bytes in all from now; then writes that would fail with "disk
  // full".
  void LimitSpace(int64_t bytes);
  void UnlimitSpace();

  // The next `count` syncs fail with an I/O error.
  void FailSyncs(int count);

  // Of the simulation; public for the functions that SQLite calls.
  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace strata::store::testing

#endif  // STRATA_SERVER_STORE_SQLITE_TESTING_CRASH_VFS_H_
