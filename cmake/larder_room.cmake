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
endfunction()
