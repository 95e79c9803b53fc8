# Writes the policies of this folder into ${generated}/daemon/check/shipped_policies.cpp, see shipped_policies.h.
set(shipped_policies "")
foreach(policy strict standard lenient)
  set(file ${CMAKE_CURRENT_LIST_DIR}/${policy}.toml)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(APPEND shipped_policies "    {\"${policy}\", R\"toml(${text})toml\"},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/shipped_policies.cpp.in ${generated}/daemon/check/shipped_policies.cpp @ONLY)
