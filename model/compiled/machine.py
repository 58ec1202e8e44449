"""Machine code of a text in LLVM's words, and its calls of numpy's inner loops."""

import ctypes
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any  # llvmlite ships no types

import numpy as np

from model.compiled.symbols import LOOPS

Turn = Callable[..., None]


def available() -> bool:
    """Whether llvmlite is installed."""
    return find_spec("llvmlite") is not None


@cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def processor() -> tuple[str, str, str]:
    """The processor, its features, and the version of llvmlite: what machine code depends on."""
    import llvmlite

    llvm = _llvm()
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), llvmlite.__version__


def _machine() -> Any:
    llvm = _llvm()
    name, features, _ = processor()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=name, features=features, opt=1)


def object_code(text: str) -> bytes:
    """The machine code of a text."""
    llvm = _llvm()
    module = llvm.parse_assembly(text)
    module.verify()
    code: bytes = _machine().emit_object(module)
    return code


class Machine:
    """Machine code that is loaded, with the function `turn`."""

    def __init__(self, code: bytes) -> None:
        llvm = _llvm()
        empty = llvm.parse_assembly("")
        self.engine = llvm.create_mcjit_compiler(empty, _machine())
        self.engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self.engine.finalize_object()
        loops, given = (self.engine.get_global_value_address(each) for each in ("loops", "given"))
        for place, ufunc in enumerate(LOOPS.values()):
            loop, data = inner_loop(ufunc)
            ctypes.c_void_p.from_address(loops + 8 * place).value = loop
            ctypes.c_void_p.from_address(given + 8 * place).value = data
        pointer, whole = ctypes.c_void_p, ctypes.c_int64
        kind = ctypes.CFUNCTYPE(None, *[pointer] * 6, whole, ctypes.c_uint64)
        self.turn = kind(self.engine.get_function_address("turn"))


def inner_loop(ufunc: np.ufunc) -> tuple[int, int | None]:
    """The addresses of numpy's inner loop on doubles, and of the data that it is given.

    They stand in the head of a `PyUFuncObject` (numpy/ufuncobject.h), which is the same in all
    versions since 1.0: after three pointers' worth of counts the arrays `functions` and `data`.
    """
    width = ctypes.sizeof(ctypes.c_void_p)
    head = id(ufunc) + 2 * width  # behind the object's own: counts of nin, nout, nargs, identity
    functions = ctypes.c_void_p.from_address(head + 2 * width).value
    data = ctypes.c_void_p.from_address(head + 3 * width).value
    place = ufunc.types.index("d->d") * width
    assert functions is not None
    loop = ctypes.c_void_p.from_address(functions + place).value
    assert loop is not None
    return loop, ctypes.c_void_p.from_address(data + place).value if data else None
