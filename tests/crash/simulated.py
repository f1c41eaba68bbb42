"""A file system in memory that remembers what was forced to the disk and what was not.

Stricter than any real one (the model of ALICE and of SQLite's test6.c): bytes
survive a power cut only after `sync` of the file, names only after `sync_folder`;
whatever was not forced may survive in any subset, cut at any byte, or as zeros
with the size grown.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from pathlib import Path

from chatapp.storage.exchange import ExchangeUnsupportedError
from chatapp.storage.files import Entry, Signature

ROOT = Path("/disk")


@dataclass
class Op:
    """One logged call.

    `kind` is make, link, unlink, rename, exchange, write, sync or sync_folder.
    """

    kind: str
    folder: Path | None = None
    name: str = ""
    inode: int = 0
    offset: int = 0
    data: bytes = b""
    other: Path | None = None  # the second path of a rename or an exchange


class SimLock:
    def __init__(self, files, path):
        self.files, self.path = files, path

    def release(self):
        self.files.locked.discard(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()


@dataclass
class SimulatedFiles:
    """The `Files` protocol over dictionaries.

    Attributes:
        forget: Says of an operation (kind, path) whether it is left out: a safeguard removed.
        exchanges: Whether two names can be swapped.
    """

    forget: object = None
    exchanges: bool = True
    names: dict = field(default_factory=lambda: {ROOT: {}})
    bytes: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    log: list = field(default_factory=list)
    handles: dict = field(default_factory=dict)
    locked: set = field(default_factory=set)
    inodes: int = 0
    clock: int = 0

    def create(self, path):
        names = self._names(path.parent)
        if path.name in names:
            raise FileExistsError(errno.EEXIST, "exists", str(path))
        self.inodes += 1
        names[path.name] = self.inodes
        self.bytes[self.inodes] = bytearray()
        self._touch(self.inodes)
        self.log.append(Op("link", path.parent, path.name, self.inodes))
        handle = 10_000 + len(self.handles)
        self.handles[handle] = (self.inodes, path)
        return handle

    def write(self, handle, data):
        inode, _ = self.handles[handle]
        self.log.append(Op("write", inode=inode, offset=len(self.bytes[inode]), data=bytes(data)))
        self.bytes[inode] += data
        self._touch(inode)

    def sync(self, handle):
        inode, path = self.handles[handle]
        if not self._left_out("sync", path):
            self.log.append(Op("sync", inode=inode))

    def close(self, handle):
        self.handles[handle] = (0, None)

    def read(self, path, start=0, size=None):
        data = bytes(self.bytes[self._inode(path)])
        return data[start:] if size is None else data[start : start + size]

    def signature(self, path):
        inode = self.names.get(path.parent, {}).get(path.name)
        return self._signature(inode) if isinstance(inode, int) else None

    def entries(self, folder):
        for name, inode in list(self.names.get(folder, {}).items()):
            if isinstance(inode, int):
                yield Entry(name, self._signature(inode))

    def folders(self, folder):
        found = self.names.get(folder, {})
        return {name: 0 for name, inode in found.items() if inode is None}

    def is_folder(self, path):
        return path in self.names

    def make_folder(self, folder):
        if folder in self.names:
            return
        self.make_folder(folder.parent)
        self.names[folder] = {}
        self.names[folder.parent][folder.name] = None
        self.log.append(Op("make", folder.parent, folder.name))
        self.sync_folder(folder.parent)

    def sync_folder(self, folder):
        self._names(folder)
        if not self._left_out("sync_folder", folder):
            self.log.append(Op("sync_folder", folder))

    def replace(self, source, target):
        inode = self._inode(source)
        del self._names(source.parent)[source.name]
        self._names(target.parent)[target.name] = inode
        self.log.append(Op("rename", source.parent, source.name, inode, other=target))

    def exchange(self, first, second):
        if not self.exchanges:
            raise ExchangeUnsupportedError(errno.EINVAL, "not here")
        one, other = self._inode(first), self._inode(second)
        self._names(first.parent)[first.name] = other
        self._names(second.parent)[second.name] = one
        self.log.append(Op("exchange", first.parent, first.name, one, other, other=second))

    def link(self, source, target):
        inode = self._inode(source)
        if target.name in self._names(target.parent):
            raise FileExistsError(errno.EEXIST, "exists", str(target))
        self._names(target.parent)[target.name] = inode
        self.log.append(Op("link", target.parent, target.name, inode))

    def remove(self, path):
        if self._names(path.parent).pop(path.name, None) is not None:
            self.log.append(Op("unlink", path.parent, path.name))

    def lock(self, path, *, wait=False):
        if path in self.locked:
            assert not wait, "a deadlock"
            return None
        self.locked.add(path)
        return SimLock(self, path)

    # ---- by hand, for tests: what another program does; it is on the disk at once

    def put(self, path, data):
        """Another program saves a file whole."""
        self.inodes += 1
        self.bytes[self.inodes] = bytearray(data)
        self._touch(self.inodes)
        self.names[path.parent][path.name] = self.inodes

    def scribble(self, path, data):
        """Another program writes into a file in place."""
        inode = self._inode(path)
        self.bytes[inode][:] = data
        self._touch(inode)

    # ---- inside

    def _names(self, folder):
        if folder not in self.names:
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(folder))
        return self.names[folder]

    def _inode(self, path):
        inode = self._names(path.parent).get(path.name)
        if inode is None:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        return inode

    def _signature(self, inode):
        version = self.versions.get(inode, 0)
        return Signature(version, version, len(self.bytes[inode]), inode)

    def _touch(self, inode):
        self.clock += 1
        self.versions[inode] = self.clock

    def _left_out(self, kind, path):
        return self.forget is not None and self.forget(kind, path)


def disk_after(operations):
    """The disk that (operation, mode) pairs leave; a mode is how a write was cut."""
    disk = SimulatedFiles()
    for op, mode in operations:
        _replay(disk, op, mode)
    disk.inodes = max(disk.bytes, default=0) + 1000
    disk.clock = 1_000_000
    for inode in disk.bytes:
        disk._touch(inode)
    return disk


def _replay(disk, op, mode):
    if op.kind == "make":
        if op.folder in disk.names:
            disk.names[op.folder][op.name] = None
            disk.names.setdefault(op.folder / op.name, {})
    elif op.kind == "write":
        _replay_write(disk, op, mode)
    elif op.folder not in disk.names:
        return
    elif op.kind == "link":
        disk.names[op.folder][op.name] = op.inode
        disk.bytes.setdefault(op.inode, bytearray())
    elif op.kind == "unlink":
        disk.names[op.folder].pop(op.name, None)
    elif op.kind == "rename":
        disk.names[op.folder].pop(op.name, None)
        if op.other.parent in disk.names:
            disk.names[op.other.parent][op.other.name] = op.inode
        disk.bytes.setdefault(op.inode, bytearray())
    elif op.kind == "exchange":
        disk.names[op.folder][op.name] = op.offset
        disk.names[op.other.parent][op.other.name] = op.inode
        disk.bytes.setdefault(op.inode, bytearray())


def _replay_write(disk, op, mode):
    data = op.data
    kind, cut = mode or ("whole", 0)
    if kind == "torn":
        data = data[:cut]
    elif kind == "zeros":
        data = data[:cut] + bytes(len(data) - cut)
    content = disk.bytes.setdefault(op.inode, bytearray())
    end = op.offset + len(data)
    content.extend(bytes(max(0, end - len(content))))
    content[op.offset : end] = data


def forced(log):
    """For each operation of a log: True forced to the disk, False not, None needs none."""
    need = [None] * len(log)
    files, folders = set(), set()
    for index in range(len(log) - 1, -1, -1):
        op = log[index]
        if op.kind == "sync":
            files.add(op.inode)
        elif op.kind == "sync_folder":
            folders.add(op.folder)
        elif op.kind == "write":
            need[index] = op.inode in files
        elif op.kind == "rename":
            need[index] = op.folder in folders and op.other.parent in folders
        else:
            need[index] = op.folder in folders
    return need


def crash_states(log, rng, random_subsets=12):
    """Every disk, as operations, that a power cut right after `log` may leave (sampled)."""
    need = forced(log)
    pending = [index for index, safe in enumerate(need) if safe is False]
    seen = set()
    for chosen, modes in _choices(log, pending, rng, random_subsets):
        key = (chosen, tuple(sorted(modes.items())))
        if key in seen:
            continue
        seen.add(key)
        kept = set(chosen)
        yield [
            (op, modes.get(index))
            for index, op in enumerate(log)
            if need[index] or (need[index] is False and index in kept)
        ]


def _choices(log, pending, rng, random_subsets):
    yield (), {}
    for count in range(1, len(pending) + 1):
        yield tuple(pending[:count]), {}
    for one in pending:
        yield (one,), {}
        yield tuple(index for index in pending if index != one), {}
    for _ in range(random_subsets if len(pending) > 1 else 0):
        yield tuple(index for index in pending if rng.random() < 0.5), {}
    for count, one in enumerate(pending, 1):
        size = len(log[one].data)
        if log[one].kind != "write":
            continue
        for cut in {0, 1, size // 2, size - 1, min(size, 512), rng.randrange(size)}:
            yield tuple(pending[:count]), {one: ("torn", cut)}
            yield (one,), {one: ("torn", cut)}
            yield tuple(pending), {one: ("zeros", cut)}
            yield tuple(pending[:count]), {one: ("zeros", cut)}


class FaultyFiles:
    """Any `Files`, of which the Nth call of some kinds fails, and `times` - 1 after it.

    Attributes:
        calls: How many calls of these kinds there were.
    """

    def __init__(self, inner, kinds, nth, error, *, times=1):
        self.inner, self.kinds, self.nth = inner, kinds, nth
        self.error, self.times = error, times
        self.calls = 0

    def __getattr__(self, name):
        method = getattr(self.inner, name)
        if name not in self.kinds:
            return method

        def call(*args, **kwargs):
            self.calls += 1
            if self.nth <= self.calls < self.nth + self.times:
                if name == "write":  # some of it is there all the same
                    handle, data = args
                    self.inner.write(handle, data[: len(data) // 3])
                raise OSError(self.error, errno.errorcode[self.error])
            return method(*args, **kwargs)

        return call
