# SPDX-License-Identifier: MIT
"""gdb's helpers for Quire: q-page, q-vmas, q-ps. docs/debugging.md shows them.

They read the kernel's memory through its debugging information only, so they work in any state of
the machine that gdb can stop it in, and on kernel threads too.
"""

import gdb
import gdb.types

PAGE_SHIFT = 12
STATES = {0: "R", 1: "S", 2: "D", 4: "T", 0x102: "K"}
VM_READ, VM_WRITE, VM_EXEC, VM_SHARED = 1, 2, 4, 8


def entries(head, type_name, member):
    """The structures of type TYPE_NAME that are on the list HEAD by their field MEMBER."""
    kind = gdb.lookup_type(type_name)
    offset = next(f for f in kind.fields() if f.name == member).bitpos // 8
    node = head["next"]
    while node != head.address:
        yield gdb.Value(int(node) - offset).cast(kind.pointer()).dereference()
        node = node["next"]


def tasks():
    """All processes."""
    return entries(gdb.parse_and_eval("task_list"), "struct task_struct", "tasks")


def argument(text, default):
    """An expression of the command line, or the default one."""
    return gdb.parse_and_eval(text or default)


class Page(gdb.Command):
    """q-page PFN|ADDRESS|POINTER: a frame's count, flags and owner.

    The argument is a struct page *, a kernel address of the direct map, or a frame number."""

    def __init__(self):
        super().__init__("q-page", gdb.COMMAND_DATA)

    def invoke(self, text, _from_tty):
        if not text:
            raise gdb.GdbError("q-page needs a frame number, an address or a struct page *")
        value = gdb.parse_and_eval(text)
        if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR and \
                value.type.target().strip_typedefs().tag == "page":
            pfn = int(value - gdb.parse_and_eval("mem_map"))
        else:
            number = int(value) & 0xFFFFFFFF
            pfn = (number - 0xC0000000) >> PAGE_SHIFT if number >= 0xC0000000 else number
        if not 0 <= pfn < int(gdb.parse_and_eval("max_pfn")):
            raise gdb.GdbError(f"there is no frame {pfn:#x}")
        page = gdb.parse_and_eval(f"mem_map[{pfn}]")
        flags = int(page["flags"])
        names = []
        for field in gdb.types.make_enum_dict(gdb.lookup_type("enum page_flag")).items():
            if field[0].startswith("PG_") and field[0] != "PG_flag_count" and flags >> field[1] & 1:
                names.append(field[0][3:])
        print(f"frame {pfn:#x} at {int(page.address):#x}: count {page['count']['counter']}, "
              f"mapped {page['mapcount']['counter']}, pins {page['pins']['counter']}, "
              f"age {int(page['age'])}, owner {int(page['owner'])}")
        print(f"  flags {flags:#x} ({' '.join(names) or 'none'}), mapping {page['mapping']}, "
              f"index {int(page['index']):#x}, private {int(page['private']):#x}")


class Vmas(gdb.Command):
    """q-vmas [PID]: the areas of an address space; without PID, of the current task."""

    def __init__(self):
        super().__init__("q-vmas", gdb.COMMAND_DATA)

    def invoke(self, text, _from_tty):
        if text:
            wanted = int(text)
            task = next((t for t in tasks() if int(t["pid"]) == wanted), None)
            if task is None:
                raise gdb.GdbError(f"no process {wanted}")
        else:
            task = gdb.parse_and_eval("percpu_area[0].task")
            task = task.dereference() if task.type.code == gdb.TYPE_CODE_PTR else task
        if not int(task["mm"]):
            raise gdb.GdbError("a kernel thread: it has no address space of its own")
        for vma in entries(task["mm"]["mmap"], "struct vm_area_struct", "vm_list"):
            flags = int(vma["vm_flags"])
            mode = "".join(letter if flags & bit else "-" for letter, bit in
                           (("r", VM_READ), ("w", VM_WRITE), ("x", VM_EXEC)))
            mode += "s" if flags & VM_SHARED else "p"
            print(f"{int(vma['vm_start']):08x}-{int(vma['vm_end']):08x} {mode} "
                  f"pgoff {int(vma['vm_pgoff']):#x} file {vma['vm_file']}")


class Ps(gdb.Command):
    """q-ps: all processes, their state and where each one's task_struct is."""

    def __init__(self):
        super().__init__("q-ps", gdb.COMMAND_DATA)

    def invoke(self, _text, _from_tty):
        print("  PID  PPID S NAME             TASK       RSS kB")
        for t in tasks():
            mm, parent = t["mm"], t["parent"]
            rss = (int(mm["file_rss"]) + int(mm["anon_rss"])) * 4 if int(mm) else 0
            ppid = int(parent["pid"]) if int(parent) else 0
            state = STATES.get(int(t["state"]), "?")
            print(f"{int(t['pid']):5} {ppid:5} {state} {t['comm'].string():16} "
                  f"{int(t.address):#x} {rss:6}")


Page()
Vmas()
Ps()
