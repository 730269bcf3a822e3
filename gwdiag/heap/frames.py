"""Whose code a frame is: the application's own, a library's, or the language's."""

from gwdiag.model.profile import Frame

GO_STANDARD = frozenset(
    (
        *("archive", "bufio", "bytes", "cmp", "compress", "container", "context", "crypto", "database", "debug"),
        *("embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image", "index", "internal"),
        *("io", "iter", "log", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime"),
        *("slices", "sort", "strconv", "strings", "structs", "sync", "syscall", "testing", "text", "time", "unicode"),
        *("unique", "unsafe", "vendor", "weak"),
    )
)
"""How the import paths of Go's standard library begin. Source: pkg.go.dev/std, Go 1.26."""

LIBRARY_MARKS = ("@v", "/vendor/", "/pkg/mod/", "site-packages/", "dist-packages/")
"""What stands in the path of a file that comes from a module or package of others."""

PYTHON_STANDARD = ("/lib/python3.", "<frozen ")


def package_of(function: str) -> str:
    """The import path of a Go function: `net/http` of `net/http.(*conn).serve`, `main` of `main.run`."""
    path, slash, last = function.partition("[")[0].rpartition("/")
    return f"{path}{slash}{last.partition('.')[0]}"


def shortened(function: str) -> tuple[str, str]:
    """A function as people call it, and where that is: `http.(*conn).serve` and `net`.

    Python's have their file behind them, and stay as they are.
    """
    if " (" in function:
        return function, ""
    head = min((function.find(mark) % (len(function) + 1) for mark in "[("), default=len(function))
    path, _, last = function[:head].rpartition("/")
    return last + function[head:], path


def is_standard(frame: Frame) -> bool:
    """The language's own library or run time."""
    if any(mark in frame.file for mark in PYTHON_STANDARD) and "-packages/" not in frame.file:
        return True
    return frame.function.partition("[")[0].partition("/")[0].partition(".")[0] in GO_STANDARD and "." in frame.function


def is_of_runtime(function: str) -> bool:
    """Go's run time, which allocates for whoever starts goroutines and makes maps."""
    return package_of(function).removeprefix("internal/").startswith("runtime")


def is_application(frame: Frame) -> bool:
    """Neither the language's nor a library's, as far as its name and file tell."""
    return not is_standard(frame) and not any(mark in frame.file for mark in LIBRARY_MARKS)
