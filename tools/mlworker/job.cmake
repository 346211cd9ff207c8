# The program that learns, one process a job.  All but main(), for the tests,
# too.
add_library(mlbatch_job_parts STATIC job_model.cc job_predict.cc run_job.cc
  run_job_cache.cc run_job_checkpoint.cc run_job_data.cc run_job_evaluate.cc
  run_job_judge.cc run_job_model.cc run_job_predict.cc run_job_prep.cc run_job_report.cc
  run_job_train.cc)
target_include_directories(mlbatch_job_parts
  PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(mlbatch_job_parts
  PUBLIC mlb::options mlb::learn PRIVATE mlb::wire)

add_executable(mlbatch-job job_main.cc)
target_link_libraries(mlbatch-job PRIVATE mlbatch_job_parts mlb::wire
                                          CLI11::CLI11)
install(TARGETS mlbatch-job DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/mlbatch)
