mlb_unit_test(job_test SOURCES job_state_test.cc LIBS mlb::job)
