# `cmake --install`: tools are installed where their targets are defined; man
# pages and examples here.
file(GLOB man_pages ${PROJECT_SOURCE_DIR}/man/*.1)
install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
