# larder_room(FOLDER [LINKS rooms...] [PRIVATE_LINKS libraries...])
#
# One static library per folder, named after its path with / as _ . LINKS are other rooms, seen by
# whoever links this one; PRIVATE_LINKS are third-party libraries, seen by this room's files alone.
function(larder_room folder)
  cmake_parse_arguments(ROOM "" "" "LINKS;PRIVATE_LINKS" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "daemon/main.cc$")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC larder_options ${ROOM_LINKS} PRIVATE ${ROOM_PRIVATE_LINKS})
  # What is built once and run once, as under sanitizers and by .ci/run: what matters is how long the
  # compiler takes, which else reads the same headers for each file. No name of an anonymous
  # namespace may be there twice in a room.
  if("$ENV{LARDER_UNITY}" OR (LARDER_SANITIZE AND NOT LARDER_FUZZ))
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    target_compile_options(${name} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()
