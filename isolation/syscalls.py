"""
Numbers of system calls, and what the filter does with each.

Sources: `asm/unistd_64.h` for x86-64, `asm-generic/unistd.h` for aarch64. A call that an
architecture does not have is missing in its table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


def _names(*groups: str) -> frozenset[str]:
    return frozenset(name for group in groups for name in group.split())


ALLOWED = _names(
    # descriptors that were open before the lock
    "read readv pread64 write writev close fstat lseek poll ppoll select pselect6",
    # memory; `mmap` and `mprotect` are checked
    "munmap mremap madvise brk",
    # signals of its own
    "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall",
    # threads
    "futex sched_yield set_robust_list set_tid_address rseq membarrier sched_getaffinity getcpu",
    "exit exit_group",
    # clocks
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage",
    "getitimer setitimer",
    # who and where it is
    "getpid getppid gettid getuid geteuid getgid getegid uname sysinfo getrlimit getrandom",
)
"""Calls that a warmed job needs."""

CHECKED = _names("mmap mprotect clone prctl tgkill prlimit64 open openat fcntl")
"""Calls that are decided by their arguments."""

ABSENT = _names(
    "access faccessat faccessat2 stat lstat newfstatat statx readlink readlinkat getcwd"
)
"""Questions about paths: answered as if nothing may be reached (EACCES)."""

DEADLY = _names(
    # talk to anybody
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg",
    "recvmmsg",
    # become or make another process
    "execve execveat fork vfork unshare setns",
    # reach into another process
    "ptrace process_vm_readv process_vm_writev kcmp kill tkill rt_sigqueueinfo rt_tgsigqueueinfo",
    "pidfd_open pidfd_getfd pidfd_send_signal",
    # change the file system
    "creat openat2 truncate ftruncate fallocate mkdir mkdirat mknod mknodat unlink unlinkat rmdir",
    "rename renameat renameat2 link linkat symlink symlinkat chmod fchmod fchmodat chown fchown",
    "lchown fchownat setxattr lsetxattr fsetxattr utimensat copy_file_range mount umount2",
    "pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr",
    "name_to_handle_at open_by_handle_at",
    # go round this filter, or attack the kernel
    "io_uring_setup io_uring_enter io_uring_register bpf userfaultfd perf_event_open add_key",
    "request_key keyctl init_module finit_module delete_module kexec_load kexec_file_load reboot",
    "swapon swapoff iopl ioperm modify_ldt personality",
)
"""Calls that only a taken-over decoder makes: they end the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One processor architecture, as a filter sees it."""

    audit: int
    """AUDIT_ARCH_* of `linux/audit.h`."""
    seccomp: int
    """Number of seccomp(2)."""
    foreign_from: int | None
    """Calls from this number on belong to another convention (x32)."""
    numbers: Mapping[str, int]


def _table(text: str) -> dict[str, int]:
    pairs = (word.split("=") for word in text.split())
    return {name: int(number) for name, number in pairs}


_X86_64 = """
read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11
brk=12 rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 pread64=17 readv=19 writev=20
access=21 select=23 sched_yield=24 mremap=25 madvise=28 nanosleep=35 getitimer=36 setitimer=38
getpid=39 socket=41 connect=42 accept=43 sendto=44 recvfrom=45 sendmsg=46 recvmsg=47 bind=49
listen=50 socketpair=53 clone=56 fork=57 vfork=58 execve=59 exit=60 kill=62 uname=63 fcntl=72
truncate=76 ftruncate=77 getcwd=79 rename=82 mkdir=83 rmdir=84 creat=85 link=86 unlink=87
symlink=88 readlink=89 chmod=90 fchmod=91 chown=92 fchown=93 lchown=94 gettimeofday=96
getrlimit=97 getrusage=98 sysinfo=99 times=100 ptrace=101 getuid=102 getgid=104 geteuid=107
getegid=108 getppid=110 rt_sigqueueinfo=129 sigaltstack=131 mknod=133 personality=135
modify_ldt=154 pivot_root=155 prctl=157 chroot=161 mount=165 umount2=166 swapon=167 swapoff=168
reboot=169 iopl=172 ioperm=173 init_module=175 delete_module=176 gettid=186 setxattr=188
lsetxattr=189 fsetxattr=190 tkill=200 time=201 futex=202 sched_getaffinity=204
set_tid_address=218 restart_syscall=219 clock_gettime=228 clock_getres=229 clock_nanosleep=230
exit_group=231 tgkill=234 kexec_load=246 add_key=248 request_key=249 keyctl=250 openat=257
mkdirat=258 mknodat=259 fchownat=260 newfstatat=262 unlinkat=263 renameat=264 linkat=265
symlinkat=266 readlinkat=267 fchmodat=268 faccessat=269 pselect6=270 ppoll=271 unshare=272
set_robust_list=273 utimensat=280 fallocate=285 accept4=288 rt_tgsigqueueinfo=297
perf_event_open=298 recvmmsg=299 prlimit64=302 name_to_handle_at=303 open_by_handle_at=304
sendmmsg=307 setns=308 getcpu=309 process_vm_readv=310 process_vm_writev=311 kcmp=312
finit_module=313 renameat2=316 getrandom=318 kexec_file_load=320 bpf=321 execveat=322
userfaultfd=323 membarrier=324 copy_file_range=326 statx=332 rseq=334
"""

_AARCH64 = """
setxattr=5 lsetxattr=6 fsetxattr=7 getcwd=17 fcntl=25 ioctl=29 mknodat=33 mkdirat=34 unlinkat=35
symlinkat=36 linkat=37 renameat=38 umount2=39 mount=40 pivot_root=41 truncate=45 ftruncate=46
fallocate=47 faccessat=48 chroot=51 fchmod=52 fchmodat=53 fchownat=54 fchown=55 openat=56 close=57
lseek=62 read=63 write=64 readv=65 writev=66 pread64=67 pselect6=72 ppoll=73 readlinkat=78
newfstatat=79 fstat=80 utimensat=88 personality=92 exit=93 exit_group=94 set_tid_address=96
unshare=97 futex=98 set_robust_list=99 nanosleep=101 getitimer=102 setitimer=103 kexec_load=104
init_module=105 delete_module=106 clock_gettime=113 clock_getres=114 clock_nanosleep=115
ptrace=117 sched_getaffinity=123 sched_yield=124 restart_syscall=128 kill=129 tkill=130
tgkill=131 sigaltstack=132 rt_sigaction=134 rt_sigprocmask=135 rt_sigqueueinfo=138
rt_sigreturn=139 reboot=142 times=153 uname=160 getrlimit=163 getrusage=165 prctl=167 getcpu=168
gettimeofday=169 getpid=172 getppid=173 getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178
sysinfo=179 socket=198 socketpair=199 bind=200 listen=201 accept=202 connect=203 sendto=206
recvfrom=207 sendmsg=211 recvmsg=212 brk=214 munmap=215 mremap=216 add_key=217 request_key=218
keyctl=219 clone=220 execve=221 mmap=222 swapon=224 swapoff=225 mprotect=226 madvise=233
rt_tgsigqueueinfo=240 perf_event_open=241 accept4=242 recvmmsg=243 prlimit64=261
name_to_handle_at=264 open_by_handle_at=265 setns=268 sendmmsg=269 process_vm_readv=270
process_vm_writev=271 kcmp=272 finit_module=273 renameat2=276 getrandom=278 bpf=280 execveat=281
userfaultfd=282 membarrier=283 copy_file_range=285 statx=291 rseq=293 kexec_file_load=294
"""

_SHARED = """
pidfd_send_signal=424 io_uring_setup=425 io_uring_enter=426 io_uring_register=427 open_tree=428
move_mount=429 fsopen=430 fsconfig=431 fsmount=432 fspick=433 pidfd_open=434 clone3=435 openat2=437
pidfd_getfd=438 faccessat2=439 mount_setattr=442
"""
"""From 424 on all architectures count together."""

ARCHITECTURES: Mapping[str, Architecture] = {
    "x86_64": Architecture(
        audit=0xC000003E,
        seccomp=317,
        foreign_from=0x40000000,
        numbers=_table(_X86_64 + _SHARED),
    ),
    "aarch64": Architecture(
        audit=0xC00000B7, seccomp=277, foreign_from=None, numbers=_table(_AARCH64 + _SHARED)
    ),
}
"""By the name that uname(2) gives the machine."""
