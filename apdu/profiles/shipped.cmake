# Writes the profiles of this folder into ${generated}/apdu/profiles/shipped.cpp, see shipped.h.
file(GLOB profiles CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.toml)
set(shipped_profiles "")
foreach(file ${profiles})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(APPEND shipped_profiles "    R\"toml(${text})toml\",\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/shipped.cpp.in ${generated}/apdu/profiles/shipped.cpp @ONLY)
