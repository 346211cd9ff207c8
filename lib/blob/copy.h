// How the bytes of a file travel: opening, digesting, copying, sharing.
// Private to lib/blob.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"
#include "blob/cas.h"
#include "blob/digest_file.h"

namespace mlb::blob {

/// errno as an Error about `path`; a full disk is Fault::refused.
Error file_error(const std::string& path, const char* what);

Result<FileState> state_of(int fd, const std::string& path);
/// Opens for reading; anything but a regular file is an error.
Result<Fd> open_regular(const std::string& path);

/// Digests `from` from its start and, when `to` >= 0, writes it there.  A
/// file that changes meanwhile is Fault::data.
Result<Stored> read_through(int from, int to, const std::string& path,
                            const ShowBytes& show = {});

/// Makes `to` (which must not exist) a link, clone or copy of `from`, as good
/// as the file systems allow, and returns what it now holds.
Result<Stored> duplicate(const std::string& from, const std::string& to,
                         Way way);

}  // namespace mlb::blob
