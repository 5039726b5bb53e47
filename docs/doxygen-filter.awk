# What Doxygen reads instead of a header. The headers have plain comments, laid out to be read in an editor; this marks
# them up, line by line: comments before and behind declarations as documentation, what is indented after an empty line
# as code, "name  text" in a comment as a parameter, and the characters that are commands to Doxygen as themselves.
#
# usage: awk -f docs/doxygen-filter.awk HEADER

function escaped(text,    pieces, count, i, result) {
  count = split(text, pieces, "`")
  for (i = 1; i <= count; ++i) {
    if (i % 2 == 1) gsub(/[\\@%#<>&]/, "\\\\&", pieces[i]) # outside of backquotes
    result = result (i > 1 ? "`" : "") pieces[i]
  }
  return result
}

# A line of a comment without its frame. `indent` is how far code is indented in it.
function marked_up(text, indent,    names) {
  if (text ~ /^ *$/) {
    if (in_code && !next_is_code(indent)) { in_code = 0; return " @endcode" }
    if (!in_code && next_is_code(indent)) { in_code = 1; return " @code" }
    return text
  }
  if (in_code) return text
  if (match(text, /^ [a-z_]+(, [a-z_]+)*  +/)) {
    names = substr(text, 2, RLENGTH - 1)
    gsub(/ /, "", names)
    return " @param " names " " escaped(substr(text, RLENGTH + 1))
  }
  if (text ~ /^   DNS_[A-Z]+/) return "   - " escaped(substr(text, 4)) # one status of a list
  return escaped(text)
}

# Whether the comment goes on below with a line that is indented so far, and is not an item of a list.
function next_is_code(indent,    text) {
  text = lines[at + 1]
  if (!sub(frame, "", text)) return 0
  return match(text, /^ +/) && RLENGTH >= indent && text !~ /^ +- / && text !~ /^ *\*\/$/
}

# The first comment of a file is the file's.
function opening(mark) { return at == 1 ? mark " @file \\ilinebr" : mark }

function filtered(line,    text, start) {
  if (in_block) {
    if (line ~ /^ *\*\/$/) { in_block = 0; text = in_code ? " * @endcode */" : line; in_code = 0; return text }
    text = line
    start = match(line, /^ *\*/) ? RLENGTH : 0
    if (line ~ /\*\/$/) in_block = 0
    text = marked_up(substr(line, start + 1, length(line) - start - (in_block ? 0 : 2)), 5)
    return substr(line, 1, start) text (in_block ? "" : "*/")
  }
  # Functions that a macro makes, which have one comment for all.
  if (line ~ /^DNS_CARES_RECORD\(/) return "/** Fills in `data` as dns_record_read() does. */ " line
  # What is said of a forward declaration, Doxygen takes for a comment on what follows.
  if (line ~ /^(struct|class) [A-Za-z_]+; +\/[\/*]/) sub(/;.*/, ";", line)
  # A deleter, which is nobody's to see. (Doxygen would leave it out, but keep a link to it.)
  if (line ~ /^ *struct Free {/) in_deleter = 1
  if (in_deleter) {
    if (line ~ /^ *};/) in_deleter = 0
    return ""
  }
  # A specialization in namespace std, of which Doxygen knows nothing.
  if (line ~ /^struct std::/ || line " " lines[at + 1] ~ /^template <> struct std::/) return ""
  if (line ~ /^ *\/\/ *---/ || line ~ /^ *#(if|else|endif)/ || line ~ /^ *}.*\/\//) return line
  if (match(line, /^ *\/\//)) { # a line comment by itself
    text = marked_up(substr(line, RLENGTH + 1), 3)
    if (in_code && lines[at + 1] !~ frame) { in_code = 0; text = text "\n/// @endcode" }
    match(line, /^ *\/\//)
    return substr(line, 1, RLENGTH - 2) opening("///") text
  }
  if (match(line, /\/\/ /)) return substr(line, 1, RSTART - 1) "///<" escaped(substr(line, RSTART + 2))
  if (match(line, /\/\* /) && substr(line, RSTART) !~ /^\/\* ---/) {
    start = RSTART
    in_block = line !~ /\*\/$/
    text = escaped(substr(line, start + 2, length(line) - start - 1 - (in_block ? 0 : 2)))
    return substr(line, 1, start - 1) (line ~ /^ *\/\*/ ? opening("/**") : "/**<") text (in_block ? "" : "*/")
  }
  return line
}

{ lines[NR] = $0 }

END {
  for (at = 1; at <= NR; ++at) {
    frame = in_block ? "^ *\\*" : "^ *//"
    print filtered(lines[at])
  }
}
