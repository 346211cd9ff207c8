# `cmake --install`: programs are installed where their targets are defined;
# man pages and examples here.
foreach(page mlsubmit.1 mlworker.1 mlbroker.1 mlprep.1)
  install(FILES ${PROJECT_SOURCE_DIR}/man/${page}
          DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/man/mlbatch-jobspec.5
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/jobspecs/
        DESTINATION ${CMAKE_INSTALL_DATADIR}/mlbatch/jobspecs)
