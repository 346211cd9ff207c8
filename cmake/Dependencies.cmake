# Third-party libraries as SYSTEM targets; all come from Debian 12.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(FastFloat REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)

# Debian's HDF5 lives in folders of its own; give it one target.
add_library(mlb_hdf5 INTERFACE)
target_include_directories(mlb_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(mlb_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
