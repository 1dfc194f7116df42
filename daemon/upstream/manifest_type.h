// What kind of document an upstream sent under a manifest's name.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::upstream {

inline constexpr std::string_view kOciIndexType = "application/vnd.oci.image.index.v1+json";

// What the Accept header of every manifest request names: all kinds, so that the upstream converts
// nothing.
inline constexpr std::string_view kManifestAccept =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json, */*";

// The media type in a Content-Type, without parameters; empty when it is missing or too general to
// tell one kind of manifest from another.
std::string specific_media_type(std::optional<std::string_view> content_type);

// The media type that the document itself tells: its mediaType field, else what its fields are
// those of; empty for a JSON object of another kind. Nothing when it is no JSON object.
std::optional<std::string> media_type_inside(std::string_view document);

}  // namespace larder::upstream
