// What makes two jobs the same work: the resolved spec without what does not
// change the result.
#include "spec/spec.h"

namespace mlb::spec {

Digest spec_hash(const JobSpec& spec) {
  JobSpec work = spec;
  work.name.clear();
  work.description.clear();
  work.tags.clear();
  work.labels.clear();
  work.resources = {};
  work.retry = {};
  work.keep = {};
  work.require.clear();
  // The content of the data counts, not where it lies, once it is known.
  if (!work.data.digest.is_none()) work.data.path = work.data.digest.text();
  return sha256(view_of(to_yaml(work)));
}

}  // namespace mlb::spec
