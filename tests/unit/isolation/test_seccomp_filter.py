"""The filter on system calls, run instruction by instruction for both processor architectures."""

import errno

import pytest

from isolation import syscalls
from isolation.seccomp import ALLOW, KILL, assembled, instructions
from isolation.syscalls import ARCHITECTURES

PROCESS = 4321
EPERM, EACCES = 0x50000 | errno.EPERM, 0x50000 | errno.EACCES
BOTH = pytest.mark.parametrize("machine", sorted(ARCHITECTURES))


def answer(machine, call, *arguments, audit=None):
    """What the kernel would answer: a small interpreter of the instructions that are used."""
    known = ARCHITECTURES[machine]
    number = known.numbers.get(call, call) if isinstance(call, str) else call
    words = {0: number, 4: known.audit if audit is None else audit}
    for place, value in enumerate(arguments + (0,) * (6 - len(arguments))):
        words[16 + 8 * place] = value & 0xFFFFFFFF
        words[20 + 8 * place] = (value >> 32) & 0xFFFFFFFF
    program = list(instructions(known, process=PROCESS))
    at = loaded = 0
    while True:
        code, yes, no, operand = program[at]
        at += 1
        match code:
            case 0x06:
                return operand
            case 0x20:
                loaded = words[operand]
            case 0x54:
                loaded &= operand
            case 0x15:
                at += yes if loaded == operand else no
            case 0x35:
                at += yes if loaded >= operand else no
            case 0x45:
                at += yes if loaded & operand else no
            case _:
                raise AssertionError(code)


@BOTH
def test_every_call_has_the_answer_of_its_list(machine):
    """Allowed, deadly, and absent calls get what their list says; no call is on two lists."""
    lists = [syscalls.ALLOWED, syscalls.DEADLY, syscalls.ABSENT, syscalls.CHECKED]
    assert sum(map(len, lists)) == len(frozenset().union(*lists))
    wanted = dict.fromkeys(syscalls.ALLOWED, ALLOW)
    wanted |= dict.fromkeys(syscalls.DEADLY, KILL) | dict.fromkeys(syscalls.ABSENT, EACCES)
    for name in wanted.keys() & ARCHITECTURES[machine].numbers.keys():
        assert (name, answer(machine, name)) == (name, wanted[name])


@BOTH
def test_no_number_is_given_twice_and_none_is_without_an_answer(machine):
    """The table of an architecture names each call once, and each name stands on a list."""
    numbers = ARCHITECTURES[machine].numbers
    assert len(set(numbers.values())) == len(numbers)
    listed = syscalls.ALLOWED | syscalls.DEADLY | syscalls.ABSENT | syscalls.CHECKED
    assert numbers.keys() - listed == {"ioctl", "clone3"}


@BOTH
def test_an_unknown_call_is_refused(machine):
    """A call that nobody listed, also one of a future kernel, gets EPERM."""
    known = set(ARCHITECTURES[machine].numbers.values())
    for number in {*range(500), 10_000, 0x3FFFFFFF} - known:
        assert answer(machine, number) == EPERM


@BOTH
def test_another_convention_of_calling_ends_the_process(machine):
    """Calls of a 32-bit program, or of another architecture, are deadly whatever their number."""
    for audit in (0x40000003, 0x40000028, 0, 0xFFFFFFFF):
        assert answer(machine, "read", audit=audit) == KILL


def test_x32_ends_the_process():
    """The third convention of x86-64 has its own numbers."""
    assert answer("x86_64", 0x40000000) == answer("x86_64", 0x40000027) == KILL


@BOTH
@pytest.mark.parametrize(
    ("call", "arguments", "wanted"),
    [
        ("mmap", (0, 4096, 0b011), ALLOW),
        ("mmap", (0, 4096, 0b101), EPERM),
        ("mprotect", (0, 4096, 0b111), EPERM),
        ("openat", (0, 0, 0), EACCES),
        ("openat", (0, 0, 0o200000), EACCES),  # a directory, for reading
        ("openat", (0, 0, 1), KILL),
        ("openat", (0, 0, 2), KILL),
        ("openat", (0, 0, 0o100), KILL),
        ("openat", (0, 0, 0o1000), KILL),
        ("openat", (0, 0, 0o20200000), KILL),
        ("clone", (0x3D0F00,), ALLOW),  # as the C library makes a thread
        ("clone", (17,), KILL),  # as it makes a process
        ("clone", (0x4111,), KILL),  # vfork
        ("clone", (0x3D0F00 | 0x10000000,), KILL),
        ("clone", (0x3D0F00 | 0x2000,), KILL),
        ("prctl", (15,), ALLOW),
        ("prctl", (4, 1), EPERM),
        ("prctl", (22, 2), EPERM),
        ("prctl", (1, 0), EPERM),
        ("tgkill", (PROCESS, PROCESS, 6), ALLOW),
        ("tgkill", (1, 1, 9), KILL),
        ("prlimit64", (0, 7, 0, 1 << 40), ALLOW),
        ("prlimit64", (0, 7, 1 << 40, 0), EPERM),
        ("prlimit64", (0, 7, 4096, 0), EPERM),
        ("prlimit64", (1, 7, 0, 0), EPERM),
        ("fcntl", (0, 1), ALLOW),
        ("fcntl", (0, 3), ALLOW),
        ("fcntl", (0, 0), EPERM),
        ("ioctl", (0, 0x5412), 0x50000 | errno.ENOTTY),
        ("clone3", (), 0x50000 | errno.ENOSYS),
    ],
)
def test_some_calls_depend_on_their_arguments(machine, call, arguments, wanted):
    """Threads but no processes, memory but no code, its own limits and signals only."""
    assert answer(machine, call, *arguments) == wanted


@BOTH
def test_the_filter_fits_the_kernel(machine):
    """At most 4096 instructions of eight bytes, and every jump stays inside."""
    known = ARCHITECTURES[machine]
    program = list(instructions(known, process=PROCESS))
    assert len(assembled(known, process=PROCESS)) == 8 * len(program) < 8 * 4096
    for at, (_, yes, no, _) in enumerate(program):
        assert at + 1 + max(yes, no) < len(program) or program[at][0] == 0x06
