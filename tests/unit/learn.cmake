# The families of models.  Real data in folds are shared with bench/quality.
add_library(learn_sets STATIC learn_sets.cc)
target_link_libraries(learn_sets PUBLIC mlb::learn PRIVATE mlb::options)
target_include_directories(learn_sets PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(learn_sets PRIVATE
  MLB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

mlb_unit_test(learn_test
  SOURCES learn_container_test.cc learn_judge_test.cc learn_metrics_test.cc
    learn_net_trainer_test.cc learn_ridge_test.cc
  LIBS mlb::learn)
mlb_unit_test(learn_model_test
  SOURCES learn_boosted_test.cc learn_cluster_test.cc learn_family_test.cc learn_kmeans_test.cc
    learn_linear_test.cc learn_resume_test.cc learn_simple_test.cc
    learn_svm_test.cc learn_tree_test.cc learn_underway_test.cc
    learn_weights_test.cc
  LIBS mlb::learn learn_sets)
mlb_unit_test(learn_predict_test
  SOURCES learn_models.cc learn_predict_test.cc
  LIBS mlb::learn learn_sets)
# As a worker has it for its jobs: other kernels round otherwise.
set_tests_properties(learn_predict_test PROPERTIES ENVIRONMENT
  "OPENBLAS_CORETYPE=HASWELL")
mlb_unit_test(learn_hostile_test
  SOURCES learn_hostile_test.cc learn_models.cc learn_onnx_test.cc
  LIBS mlb::learn learn_sets)
mlb_unit_test(learn_quality_test
  SOURCES learn_quality_test.cc
  LIBS mlb::learn learn_sets)
