mlb_unit_test(worker_test SOURCES worker_beat_test.cc worker_attempt_test.cc
                                  worker_progress_test.cc
              LIBS broker_lines mlb::worker)
