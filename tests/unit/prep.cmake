mlb_unit_test(prep_test SOURCES prep_drift_test.cc prep_embed_test.cc prep_plan_test.cc prep_rule_test.cc
              prep_prepared_test.cc prep_split_test.cc LIBS mlb::prep)
