"""Finds the functions of a C++ file by counting braces: enough for formatted code."""
import re

NOT_CODE = re.compile(
    r'R"(?P<mark>[^()\s]*)\((?:.|\n)*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'                          # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"          # character, not a digit separator
    r"|//[^\n]*|/\*(?:.|\n)*?\*/"                    # comments
    r"|^[ \t]*#(?:[^\n\\]|\\\n|\\.)*"                # preprocessor
    r"|\b(?:public|protected|private):", re.MULTILINE)
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b[^()=]*$")
MEMBER_INITIALISER = re.compile(r"\)[^;{}]*:[^;{}]*[\w>]$|,\s*[\w:<>, ]*[\w>]$")


def spans(text):
    """(first line, last line) of each function's definition, head included."""
    code = NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    stack, head_start = [], 0
    for found in re.finditer(r"[;{}]", code):
        place, head = found.start(), code[head_start:found.start()]
        if found[0] == "{":
            kind = kind_of(head, stack)
            stack.append((kind, first_line(code, head_start)))
            if kind == "initialiser":
                continue
        elif found[0] == "}" and stack:
            kind, first = stack.pop()
            if kind == "initialiser":
                continue
            if kind == "function":
                yield first, line_of(code, place)
        head_start = place + 1


def kind_of(head, stack):
    if any(kind == "function" for kind, _ in stack):
        return "block"
    if MEMBER_INITIALISER.search(head) and not SCOPE.search(head):
        return "initialiser"
    # An attribute in front of a class's name has parentheses too.
    is_call = re.search(r"\)\s*(?:const|noexcept|override|final|\s)*$", head)
    if SCOPE.search(re.sub(r"\([^()]*\)", "", head)) and not is_call:
        return "scope"
    return "function" if ")" in head else "scope"


def first_line(code, start):
    return line_of(code, start + re.match(r"[\s]*", code[start:]).end())


def line_of(code, place):
    return code.count("\n", 0, place) + 1
