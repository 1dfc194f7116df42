"""The rooms and their arrows, as the larder_room lines of CMakeLists.txt draw them."""
import re


def parse(cmake_text):
    links = {}
    for call in re.findall(r"^larder_room\(([^)]*)\)", cmake_text, re.MULTILINE):
        folder, *words = call.split()
        links[folder] = words_after(words, "LINKS")
    names = {folder.replace("/", "_"): folder for folder in links}
    return House({folder: [names[name] for name in linked] for folder, linked in links.items()})


def words_after(words, keyword):
    if keyword not in words:
        return []
    rest = words[words.index(keyword) + 1:]
    ends = [place for place, word in enumerate(rest) if word.isupper()]
    return rest[:ends[0]] if ends else rest


class House:
    def __init__(self, links):
        self.links = links

    def room_of(self, path):
        """The innermost room that holds a path; None for what is in no room."""
        holding = [room for room in self.links if path.startswith(room + "/")]
        return max(holding, key=len, default=None)

    def reachable(self, room):
        seen, left = set(), [room]
        while left:
            room = left.pop()
            if room not in seen:
                seen.add(room)
                left += self.links[room]
        return seen

    def stray_includes(self, path, includes):
        room = self.room_of(path)
        if room is None:
            return
        allowed = self.reachable(room)
        for line, name, quoted in includes:
            target = self.room_of(name)
            if quoted and target is None:
                yield line, f'"{name}" is in no room of CMakeLists.txt'
            elif quoted and target not in allowed:
                yield line, f"{room} may not include {target}: no arrow in CMakeLists.txt"
