# The vocabulary is shared with the traces and the tests of the client.
add_library(broker_world STATIC broker_world.cc broker_lines.cc)
target_include_directories(broker_world PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(broker_world
  PUBLIC mlb::broker mlb::store PRIVATE mlbroker_parts mlb::options)

mlb_unit_test(broker_test SOURCES broker_session_test.cc
                                  broker_submit_test.cc
                                  broker_attempt_test.cc
              LIBS broker_world mlb::wire)
