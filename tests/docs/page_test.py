#!/usr/bin/env python3
"""page.py and links.py find each kind of fault: a test of the documentation that cannot fail is none."""
import pathlib
import tempfile
import unittest

import links
import page


class PageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "source.txt").write_text("as it is\n")
        self.page = page.Page(self.folder / "page.md", self.folder, self.folder, {"c": "cc", "cpp": "c++"})

    def check(self, text):
        for block in page.read_page(text):
            self.page.block(*block)

    def check_fails(self, text, reason):
        with self.assertRaisesRegex(page.Failed, reason):
            self.check(text)

    def test_a_command_that_fails_is_a_fault(self):
        self.check("```sh\ntrue\n```\n")
        self.check_fails("```sh\nfalse\ntrue\n```\n", "exit status 1")

    def test_so_is_a_hidden_one(self):
        self.check_fails("<!-- run: false -->\n", "exit status 1")

    def test_other_output_is_a_fault(self):
        self.check("```console\n$ echo a; echo b c\na\n... c\n$ echo d\nd\n```\n")
        self.check_fails("```console\n$ echo a; echo b\na\n```\n", "printed")
        self.check_fails("```console\n$ echo a\na\n$ echo b\nc\n```\n", r"\$ echo b")
        self.check_fails("```console\necho a\n```\n", "no command")

    def test_a_program_that_does_not_compile_is_a_fault(self):
        self.check("```c\nint main(void) { return 0; }\n```\n")
        self.check_fails("```c\nint main(void) { return zero; }\n```\n", r"page\.md:2:.*zero")

    def test_a_block_that_is_only_shown_is_none(self):
        self.check("<!-- shown: it fails -->\n```sh\nfalse\n```\n")
        self.check_fails("<!-- shown: it fails -->\n```sh\nfalse\n```\n```sh\nfalse\n```\n", "exit status 1")

    def test_a_block_that_is_not_what_a_file_has_is_a_fault(self):
        self.check("<!-- same: source.txt -->\n```text\nas it is\n```\n")
        self.check_fails("<!-- same: source.txt -->\n```text\nas it was\n```\n", "source.txt")

    def test_a_block_can_be_the_input_of_commands(self):
        self.check("<!-- file: names -->\n```text\na.test\n```\n```sh\ngrep a.test names\n```\n")

    def test_a_block_without_language_or_end_and_an_unknown_note_are_faults(self):
        self.check_fails("```\ntrue\n```\n", "language")
        self.check_fails("```sh\ntrue\n", "without an end")
        self.check_fails("<!-- shwon: a typing error -->\n", "unknown note")


class LinksTest(unittest.TestCase):
    def faults(self, text):
        with tempfile.TemporaryDirectory() as name:
            file = pathlib.Path(name) / "page.md"
            file.write_text(text)
            return [*links.broken_links(file), *links.unknown_targets(file, {"test"})]

    def test_links_lead_to_files_and_headings(self):
        self.assertEqual(self.faults("# One `two`, three\n[a](#one-two-three) [b](page.md) [c](https://a.test)\n"), [])
        self.assertEqual(self.faults("[a](#one)\n"), ["no heading for the link #one"])
        self.assertEqual(self.faults("[a](other.md)\n"), ["no file for the link other.md"])

    def test_what_is_in_code_is_no_link(self):
        self.assertEqual(self.faults("`[a](b)`\n```text\n[a](b)\n```\n"), [])

    def test_targets_are_those_of_the_makefile(self):
        self.assertEqual(self.faults("`make test`\n"), [])
        self.assertEqual(self.faults("```sh\nmake tset\n```\n"), ["the Makefile has no target tset"])


if __name__ == "__main__":
    unittest.main()
