"""
What a taken-over decoder would try, each attempt by name; a locked room refuses every one.

Attempts are harmless where nothing refuses them. `target` is a file that the test made.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import platform
import resource
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from isolation.syscalls import ARCHITECTURES

Attempt = Callable[[str], object]

_KNOWN = ARCHITECTURES.get(platform.machine())
_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long
_PR_SET_DUMPABLE = 4
_SECCOMP_NUMBER = _KNOWN.seccomp if _KNOWN else 0
_WRITE_AND_RUN = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC


def attempt(header: dict[str, object], _body: bytes) -> dict[str, object]:
    """
    Try what `header["what"]` names.

    Returns `{"refused": true, "errno": n}` or `{"refused": false}`; a deadly attempt does not
    return.
    """
    name, target = str(header.get("what")), str(header.get("target"))
    try:
        ATTEMPTS[name](target)
    except (OSError, ValueError) as problem:
        return {"refused": True, "errno": getattr(problem, "errno", None)}
    return {"refused": False}


def call(name: str, *arguments: int) -> int:
    """
    Make a system call by its name.

    Raises:
        OSError: the kernel refused it.

    """
    numbers = _KNOWN.numbers if _KNOWN else {}
    return _raw(numbers[name], *arguments)


def _raw(number: int, *arguments: int) -> int:
    words = [ctypes.c_long(one) for one in (number, *arguments)]
    answer = int(_LIBC.syscall(*words))
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return answer


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags))


def _fork(_: str) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _start_program(_: str) -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def _socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


def _socket_pair(_: str) -> None:
    for end in socket.socketpair():
        end.close()


def _connect(_: str) -> None:
    with socket.socket() as line, contextlib.suppress(ConnectionRefusedError):
        line.connect(("127.0.0.1", 9))


def _map_executable(_: str) -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=_WRITE_AND_RUN).close()


def _make_executable(_: str) -> None:
    with mmap.mmap(-1, mmap.PAGESIZE) as page:
        held = ctypes.c_char.from_buffer(page)
        start = ctypes.addressof(held)
        del held
        call("mprotect", start, mmap.PAGESIZE, _WRITE_AND_RUN)


def _write_memory_file(_: str) -> None:
    descriptor = os.memfd_create("probe")
    try:
        os.write(descriptor, b"x")
    finally:
        os.close(descriptor)


def _pipe(_: str) -> None:
    for descriptor in os.pipe():
        os.close(descriptor)


def _start_thread(_: str) -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _limit(_: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


ATTEMPTS: dict[str, Attempt] = {
    # files
    "read_file": lambda path: _open(path, os.O_RDONLY),
    "read_environment": lambda _: _open("/proc/self/environ", os.O_RDONLY),
    "list_directory": lambda path: list(Path(path).parent.iterdir()),
    "ask_for_file": lambda path: Path(path).stat(),
    "write_file": lambda path: _open(path, os.O_WRONLY),
    "append_to_file": lambda path: _open(path, os.O_RDWR | os.O_APPEND),
    "create_file": lambda path: _open(f"{path}.new", os.O_WRONLY | os.O_CREAT),
    "create_nameless_file": lambda path: _open(str(Path(path).parent), os.O_RDWR | os.O_TMPFILE),
    "truncate_file": lambda path: os.truncate(path, 0),
    "remove_file": lambda path: Path(path).unlink(),
    "rename_file": lambda path: Path(path).rename(f"{path}.moved"),
    "link_file": lambda path: Path(f"{path}.link").symlink_to(path),
    "make_directory": lambda path: Path(f"{path}.d").mkdir(),
    "change_mode": lambda path: Path(path).chmod(0o600),
    "change_owner": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "write_memory_file": _write_memory_file,
    # talk
    "connect": _connect,
    "open_datagram_socket": lambda _: _socket(socket.AF_INET, socket.SOCK_DGRAM),
    "open_local_socket": lambda _: _socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "make_socket_pair": _socket_pair,
    "make_pipe": _pipe,
    # other processes
    "fork": _fork,
    "execute": lambda _: os.execv("/bin/true", ["true"]),  # noqa: S606 - to be refused
    "start_program": _start_program,
    "leave_namespace": lambda _: call("unshare", 0),
    "be_traced": lambda _: call("ptrace", 0, 0, 0, 0),
    "read_other_memory": lambda _: call("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0),
    "signal_parent": lambda _: os.kill(os.getppid(), 0),
    "signal_thread_of_parent": lambda _: call("tgkill", os.getppid(), os.getppid(), 0),
    # round the lock
    "map_executable_memory": _map_executable,
    "make_memory_executable": _make_executable,
    "raise_limit": _limit,
    "become_dumpable": lambda _: _check(_LIBC.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)),
    "change_filter": lambda _: _raw(_SECCOMP_NUMBER, 0, 0, 0),
    "set_up_io_uring": lambda _: call("io_uring_setup", 1, 0),
    "load_bpf": lambda _: call("bpf", 0, 0, 0),
    "handle_page_faults": lambda _: call("userfaultfd", 1),
    "open_performance_event": lambda _: call("perf_event_open", 0, 0, -1, -1, 0),
    "use_keyring": lambda _: call("keyctl", 0, -3, 0),
    "call_as_x32": lambda _: _raw(0x40000000 + 39),
    # what a job may do
    "start_thread": _start_thread,
    "take_memory": lambda _: bytearray(32 * 1024 * 1024),
    "ask_for_randomness": lambda _: os.urandom(16),
}


def _check(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), "refused")
