add_executable(mlworker main.cc blob_access.cc file_thread.cc job_folder.cc
                        log_tail.cc progress_pipe.cc supervisor.cc
                        supervisor_jobs.cc)
target_link_libraries(mlworker PRIVATE mlb::options mlb::worker mlb::wire
  mlb::transport mlb::blob mlb::exec CLI11::CLI11 spdlog::spdlog
  Threads::Threads)
install(TARGETS mlworker)
