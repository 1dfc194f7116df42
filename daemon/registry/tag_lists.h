// GET and HEAD of /v2/<name>/tags/list: page by page from the cache while it is fresh, else from
// upstream.
//
// A page is kept under a name of its own (TagName::is_list) for as long as a tag. When upstream
// does not give a page that is not cached, it is made of the tags that are: they can be pulled.
// Thread-safety: any thread. Blocks: on the network, until the deadline at most.
#pragma once

#include <optional>

#include "cache/store.h"
#include "daemon/http/message.h"
#include "daemon/registry/lists_options.h"
#include "daemon/registry/named_documents.h"
#include "daemon/registry/registry_path.h"
#include "daemon/registry/target.h"
#include "daemon/upstream/tag_list.h"

namespace larder::registry {

class TagLists {
 public:
  // Everything passed by reference must outlive this.
  TagLists(ListsOptions options, NamedDocuments& documents, const cache::Store& store,
           const Clock& clock);

  // Returns: not_found, denied, upstream_down, timeout, corrupt.
  Result<http::Response> answer(const http::Request& request, const RegistryPath& path,
                                const Target& target);

 private:
  std::optional<upstream::TagList> known_tags(const Target& target,
                                              const upstream::ListPage& page) const;
  bool is_unanswered(const Error& error) const;

  const ListsOptions options_;
  NamedDocuments& documents_;
  const cache::Store& store_;
  const Clock& clock_;
};

}  // namespace larder::registry
