mlb_unit_test(job_test SOURCES job_metric_test.cc job_state_test.cc LIBS mlb::job)
