# Third-party libraries as SYSTEM targets; all come from Debian 12.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(FastFloat REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(OPENBLAS REQUIRED openblas)

# A process a job: what it loads at its start is paid for every job.  Debian's
# libhdf5.so brings libcurl and 27 more libraries, libopenblas.so all of LAPACK:
# linked as archives, mlbatch-job starts in 3.6 ms of CPU instead of 10.5
# (docs/benchmarks.md).
list(GET HDF5_C_LIBRARIES 0 hdf5_library)
get_filename_component(hdf5_folder ${hdf5_library} DIRECTORY)
find_library(MLB_HDF5_ARCHIVE libhdf5.a HINTS ${hdf5_folder} REQUIRED)
find_library(MLB_OPENBLAS_ARCHIVE libopenblas.a HINTS ${OPENBLAS_LIBDIR}
             REQUIRED)

add_library(mlb_hdf5 INTERFACE)
target_include_directories(mlb_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(mlb_hdf5 INTERFACE ${MLB_HDF5_ARCHIVE} sz z m dl)

add_library(mlb_openblas INTERFACE)
target_include_directories(mlb_openblas SYSTEM INTERFACE
                           ${OPENBLAS_INCLUDE_DIRS})
target_link_libraries(mlb_openblas INTERFACE ${MLB_OPENBLAS_ARCHIVE}
                                             Threads::Threads m)

# Their own CMake files ask for libraries that we do not use: of Dlib we need
# templates, and one symbol of its archive by which it knows its version; of
# XGBoost the header, as its library is loaded by the first model that needs it.
find_path(DLIB_INCLUDE dlib/svm.h REQUIRED)
find_library(MLB_DLIB_ARCHIVE libdlib.a REQUIRED)
add_library(mlb_dlib INTERFACE)
target_include_directories(mlb_dlib SYSTEM INTERFACE ${DLIB_INCLUDE})
target_link_libraries(mlb_dlib INTERFACE ${MLB_DLIB_ARCHIVE})
find_path(XGBOOST_INCLUDE xgboost/c_api.h REQUIRED)
add_library(mlb_xgboost INTERFACE)
target_include_directories(mlb_xgboost SYSTEM INTERFACE ${XGBOOST_INCLUDE})
target_link_libraries(mlb_xgboost INTERFACE dl)
