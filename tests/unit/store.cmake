mlb_unit_test(store_test SOURCES store_store_test.cc store_sqlite_test.cc
              LIBS mlb::store mlb::wire SQLiteCpp sqlite3)
