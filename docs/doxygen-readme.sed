# Links of README.md as they are from the reference's pages: names of headers, which Doxygen links by itself, and paths.
s,\[([a-z_]+\.hp*)\]\(include/[^)]*\),\1,g
s,\[([^]]*)\]\(([^:)]*)\),<a href="../../../\2">\1</a>,g
