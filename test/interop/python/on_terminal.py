"""Runs a program on a terminal of its own; stdin and stdout of this script are the keyboard and the screen.

usage: on_terminal.py PROGRAM [ARG...]
"""
import os
import pty
import sys

sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
