# Ids and messages as text, for the tests of every core.
add_library(broker_lines STATIC broker_lines.cc)
target_include_directories(broker_lines PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(broker_lines PUBLIC mlb::job PRIVATE mlb::options)

# The vocabulary is shared with the traces.
add_library(broker_world STATIC broker_world.cc)
target_link_libraries(broker_world
  PUBLIC broker_lines mlb::broker mlb::store
  PRIVATE mlbroker_parts mlb::options)

mlb_unit_test(broker_test SOURCES broker_session_test.cc
                                  broker_submit_test.cc
                                  broker_attempt_test.cc
              LIBS broker_world mlb::wire)
