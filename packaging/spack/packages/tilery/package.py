# A Spack recipe that builds the tree it lies in: spack repo add packaging/spack && spack install tilery
# SPDX-License-Identifier: MIT
import os

from spack.package import *


class Tilery(MakefilePackage):
    """OpenCV-equivalent image pipelines over satellite scenes of any size, with MPI."""

    homepage = "file://" + os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "..", ".."))
    git = homepage
    license("MIT")

    version("main", branch="main")

    depends_on("c", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("gdal@3.4:")
    depends_on("libtiff@4.5:")
    depends_on("jansson")
    depends_on("libdeflate")

    def build(self, spec, prefix):
        make(f"MPICC={spec['mpi'].mpicc}")

    def install(self, spec, prefix):
        make("install", f"MPICC={spec['mpi'].mpicc}", f"PREFIX={prefix}")
