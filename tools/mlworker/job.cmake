# The program that learns, one process a job.
add_executable(mlbatch-job job_main.cc run_job.cc run_job_data.cc
                           run_job_report.cc)
target_link_libraries(mlbatch-job PRIVATE mlb::options mlb::learn mlb::wire
                                          CLI11::CLI11)
install(TARGETS mlbatch-job DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/mlbatch)
