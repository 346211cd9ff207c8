# All but main(), for the tests, too.
add_library(mlworker_parts STATIC blob_access.cc file_thread.cc job_folder.cc
  log_tail.cc progress_pipe.cc spool.cc supervisor.cc supervisor_jobs.cc
  supervisor_spool.cc)
target_include_directories(mlworker_parts PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(mlworker_parts
  PUBLIC mlb::options mlb::worker mlb::transport mlb::blob mlb::exec
  PRIVATE mlb::log mlb::wire Threads::Threads)

add_executable(mlworker main.cc)
target_link_libraries(mlworker PRIVATE mlworker_parts CLI11::CLI11 mlb::log)
install(TARGETS mlworker)
